"""The public key that verifies SendGrid's webhooks, read from what people paste."""

import binascii
import re
from base64 import b64decode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

_ARMOUR = re.compile(r"-----[^-]*-----|\s")


def webhook_key(text: str) -> EllipticCurvePublicKey:
    """The P-256 key in `text`: base64 of its DER form, or PEM. ValueError: it is none."""
    try:
        key = load_der_public_key(b64decode(_ARMOUR.sub("", text), validate=True))
    except (ValueError, UnsupportedAlgorithm, binascii.Error):
        key = None
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise ValueError(
        "should be a P-256 public key, copied whole from SendGrid: Settings, Mail Settings, "
        "Event Webhook, Signature Verification"
    )
