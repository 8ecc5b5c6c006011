"""Twilio SendGrid: e-mail through its v3 Mail Send endpoint."""
