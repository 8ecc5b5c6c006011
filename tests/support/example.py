"""The project that the examples of the codes are pieces of."""

from recovery.message import Channel

CAMPAIGN = """\
campaign: card-declined
description: Ask for another way to pay
status: active
priority: 20
trigger: {on: payment_failed, after: 30m, not_after: 3d}
goal: {paid_within: 7d}
holdout: 10%
segments:
  - segment: dear
    market: [US, GB]
    amount: {from: 200 USD}
    customer: [vip]
    sequence: personal
  - segment: everyone-else
    failure: [expired_card]
    sequence: {plain: 50%, offer: 50%}
sequences:
  plain:
    - {step: reminder, after: 0m, email: payment-failed}
    - {step: nudge, after: 20h, sms: payment-failed}
  offer:
    - {step: reminder, after: 0m, email: payment-failed}
    - {step: last, after: 2d, email: last-call, offer: ship, if: {not_clicked: reminder}}
  personal:
    - {step: call, after: 4h, task: call-customer, to: service}
offers:
  ship: {kind: free_shipping, worth: 8 USD, valid: 72h, budget: 500 USD per month}
limits: {per_customer: 3 per week, quiet: 21:00-08:00}
"""
SPOKEN = {
    "payment-failed": {Channel.EMAIL, Channel.SMS},
    "last-call": {Channel.EMAIL},
    "call-customer": {Channel.TASK},
}
MESSAGE = {
    "m/message.yaml": "class: service\n",
    "m/en/letter.txt": "subject: s\npreheader: p\nheadline: h\n\nText.\n",
}
