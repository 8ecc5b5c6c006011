"""A campaign with one offer of each kind."""

OFFERS = """
  tenth: {kind: percent, percent: 12.5%, valid: 72h, min_order: 50 USD}
  note: {kind: fixed, amount: 1000 JPY, valid: 72h}
  post: {kind: free_shipping, worth: 8 EUR, valid: 72h}
  towel: {kind: gift, gift: a tea towel, worth: 3 EUR, valid: 72h}
"""
CAMPAIGN = f"""
campaign: card-declined
status: active
trigger: {{on: payment_failed, after: 30m}}
goal: {{paid_within: 7d}}
segments:
  - {{segment: everyone, sequence: plain}}
sequences:
  plain:
    - {{step: reminder, after: 0m, email: last-call, offer: tenth}}
    - {{step: second, after: 1d, email: last-call, offer: note}}
    - {{step: third, after: 2d, email: last-call, offer: post}}
    - {{step: fourth, after: 3d, email: last-call, offer: towel}}
offers:{OFFERS}"""
