"""The accounts at those who carry our messages."""

from typing import Any

from pydantic import Field, SecretStr, field_validator

from recovery.settings.section import Section


def secret(description: str, default: Any = None) -> Any:
    """A field that may hold a secret: left out of `repr`, may come from a file."""
    return Field(default=default, repr=False, description=description)


class SendgridSettings(Section):
    """The account at SendGrid."""

    api_key: SecretStr | None = secret("API key with the right to send mail")
    base_url: str | None = Field(None, description="another address of the API, for tests")
    webhook_public_key: str | None = Field(None, description="verifies signed event webhooks")

    @field_validator("webhook_public_key")
    @classmethod
    def _a_key(cls, value: str | None) -> str | None:
        if value:
            from recovery.settings.keys import webhook_key  # heavy, and rarely needed

            webhook_key(value)
        return value


class TwilioSettings(Section):
    """The account at Twilio; one of `messaging_service_sid` and `from` is needed."""

    account_sid: str | None = Field(None, description="account, starts with AC")
    auth_token: SecretStr | None = secret("auth token of the account")
    messaging_service_sid: str | None = Field(None, description="messaging service, MG...")
    from_: str | None = Field(None, alias="from", description="sending number, +15005550006")
    base_url: str | None = Field(None, description="another address of the API, for tests")
    webhook_key: SecretStr | None = secret(
        "shared key, when Twilio signs webhooks with one instead of the auth token"
    )
