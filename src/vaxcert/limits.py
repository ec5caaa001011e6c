"""Every bound vaxcert puts on untrusted input, with its unit and where the figure comes from."""

from typing import Final

MAX_TEXT_CHARACTERS: Final = 4296
"""Characters of `HC1:` text: what the largest QR code (version 40-L, alphanumeric) can hold, ISO/IEC 18004."""

MAX_COMPRESSED_BYTES: Final = 4096
"""Bytes of a compressed message handed over without base45 (NFC, API); 4,296 characters carry 2,860 bytes."""

MAX_MESSAGE_BYTES: Final = 16 * 1024
"""Bytes of a COSE message after inflation. The largest genuine one known has 870."""

MAX_CBOR_DEPTH: Final = 16
"""Nested CBOR containers. A genuine certificate nests six deep."""

MAX_PICTURE_BYTES: Final = 32 * 1024 * 1024
"""Bytes of one picture or PDF file."""

MAX_PICTURE_PIXELS: Final = 64_000_000
"""Pixels of one decoded picture."""

MAX_SEARCH_PIXELS: Final = 16_000_000
"""Pixels of a picture enlarged, or of a PDF page rendered, to find a QR code in it."""

MAX_PDF_PAGES: Final = 20
"""Pages of a PDF that are searched for QR codes."""
