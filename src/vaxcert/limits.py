"""Every bound vaxcert puts on untrusted input, with its unit and where the figure comes from."""

from typing import Final

MAX_TEXT_CHARACTERS: Final = 4296
"""Characters of `HC1:` text: what the largest QR code (version 40-L, alphanumeric) can hold, ISO/IEC 18004."""

MAX_SCANNED_CHARACTERS: Final = 16 * 1024
"""Characters of a scanned text that are looked at for what a scanner or program did to it: a full QR code whose
characters are all escaped as in a web address, three for one."""

MAX_COMPRESSED_BYTES: Final = 4096
"""Bytes of a compressed message handed over without base45 (NFC, API); 4,296 characters carry 2,860 bytes."""

MAX_MESSAGE_BYTES: Final = 16 * 1024
"""Bytes of a COSE message after inflation. The largest genuine one known has 870."""

MAX_CBOR_DEPTH: Final = 16
"""Nested CBOR containers and tags. A genuine certificate nests six deep."""

MAX_PICTURE_BYTES: Final = 32 * 1024 * 1024
"""Bytes of one picture or PDF file."""

MAX_PICTURE_PIXELS: Final = 36_000_000
"""Pixels of one decoded picture. A page of A4 scanned at 600 dpi has 34.8 million, a phone's photograph 12."""

MAX_JPEG_SCANS: Final = 64
"""Scans of a JPEG file, each of which is decoded over the whole picture. Encoders write 1 to about 20."""

MAX_JPEG_SEGMENTS: Final = 10_000
"""Marker segments of a JPEG file; one with a large colour profile and metadata has some hundred."""

MAX_PICTURE_SIDE: Final = 32_000
"""Pixels along one side of a picture; decoders spend memory on each row however short it is."""

MAX_SEARCH_PIXELS: Final = 16_000_000
"""Pixels of a picture enlarged, or of a PDF page rendered, to find a QR code in it."""

MAX_PDF_PAGES: Final = 20
"""Pages of a PDF that are searched for QR codes."""

MAX_SIGNING_CERTIFICATE_BYTES: Final = 64 * 1024
"""Bytes of one X.509 certificate in DER. The largest of a production list of 829 has 2,133."""

MAX_CMS_BYTES: Final = 1024 * 1024
"""Bytes of one CMS message. Those of a production list have up to 6,500, a gateway's revocation batch some 100,000."""

MAX_CMS_CERTIFICATES: Final = 32
"""X.509 certificates of one CMS message. Genuine ones hold a chain of 1 to 4."""

MAX_BUNDLE_CERTIFICATES: Final = 10_000
"""X.509 certificates of one file. The largest genuine list known has under 1,000."""

MAX_RECORD_CHARACTERS: Final = 64 * 1024
"""Characters of one row of a record file. A genuine one has about 300."""

MAX_FHIR_RESOURCE_CHARACTERS: Final = 4 * 1024 * 1024
"""Characters of one FHIR resource, or of one bundle inside a bundle. A dose has some 1,500."""

MAX_HELD_FHIR_ENTRIES: Final = 10_000
"""Entries of a FHIR bundle whose persons and places are held in memory, some 20 MB. Servers' pages have up to 1,000."""

MAX_RECORD_COLUMNS: Final = 256
"""Columns of a record file, or different keys of its JSON objects. The national platform has 14."""

MAX_MAPPING_BYTES: Final = 64 * 1024
"""Bytes of a column mapping. One for every column of a file would have about 10,000."""

MAX_WORKBOOK_BYTES: Final = 2 * 1024**3
"""Bytes of all that is compressed in a workbook (XLSX). A full sheet of 14 columns has about 1,000 MB."""

MAX_WORKBOOK_STRINGS_BYTES: Final = 128 * 1024 * 1024
"""Bytes of its table of texts, which is held in memory: some 2,000,000 different texts."""

MAX_WORKBOOK_PART_BYTES: Final = 16 * 1024 * 1024
"""Bytes of each other part that is held in memory, like the cell formats."""

MAX_WORKBOOK_ROW_BYTES: Final = 1024 * 1024
"""Bytes of one row of a sheet, or of one of its texts. A row whose every cell has a colour and no text has 300,000."""

MAX_WORKBOOK_ROWS: Final = 1_048_576
"""Rows of a sheet, the heading's included: what Excel can hold."""

MAX_WORKBOOK_CELL_CHARACTERS: Final = 32_767
"""Characters of a cell: what Excel can hold."""

MAX_PIPED_RECORD_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a record file that comes through a pipe and is held in memory: some 200,000 records."""

MAX_MANIFEST_CERTIFICATES: Final = 20
"""Certificates of one passenger of a manifest. Seven doses, a test and a recovery are nine."""

MAX_CERTIFICATE_ID_CHARACTERS: Final = 80
"""Characters of a certificate identifier (`ci`), EU DCC schema 1.3.x."""

MAX_TEXT_FILE_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a file of certificate texts, one a line: some 40,000 certificates."""

MAX_KEY_FILE_BYTES: Final = 1024 * 1024
"""Bytes of a file with a private key, a password, a signing certificate or a request."""

MAX_TRUST_FILE_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a file of trusted keys. A genuine list of 829 certificates has 2 MB."""

MAX_PDF_SECONDS: Final = 20
"""Seconds that reading one PDF may take in its own process."""

MAX_PDF_MEMORY_BYTES: Final = 2 * 1024**3
"""Address space of that process, where the operating system can limit it."""

MAX_DOCUMENT_SIGNATURES: Final = 64
"""Signatures of one signed document. A list has a handful of anchors."""

MAX_TRUST_LIST_ENTRIES: Final = 100_000
"""Entries of one trust list; in vaxcert's own form bare keys then take 12 MB. Genuine lists have under 1,000."""

MAX_ATTESTED_RECORDS: Final = 1_000_000
"""Records of one attestation, of 32 bytes each. A clinic's busiest day has some thousand."""

MAX_ATTESTATION_BYTES: Final = 33 * 1024 * 1024
"""Bytes of one attestation: that many records and 2 MB to spare."""

MAX_ATTESTATION_FILES: Final = 10_000_000
"""Attestations of one run. One a facility and day are some five million a year."""

MAX_REVOCATION_LIST_BYTES: Final = 256 * 1024 * 1024
"""Bytes of a revocation list of vaxcert that goes into a store. Ten million entries have 71 MB."""

MAX_REVOCATION_CHAIN: Final = 256
"""Documents of one revocation list in a store, the full list and its deltas. Each is an open file and a look-up."""

MAX_REVOCATION_HEADER_BYTES: Final = 1024 * 1024
"""Bytes of the signed header of a revocation list: room for some 25,000 withdrawn keys."""

MAX_REVOCATION_BATCH_BYTES: Final = 4 * 1024 * 1024
"""Bytes of one revocation batch of the EU gateway. A thousand entries take 50 kB."""

MAX_REVOCATION_BATCH_ENTRIES: Final = 10_000
"""Entries of one such batch. The gateway's code allows 1,000, its documentation 10,000."""

MAX_REVOCATION_FILE_BYTES: Final = 64 * 1024 * 1024
"""Bytes of one file of the German scheme or of the EU slices. A Bloom filter for 10 million entries has 60 MB."""

MAX_CORRECTIONS: Final = 100_000
"""Corrected records of one renewal, which are held in memory: about 100 MB in each process."""

MAX_CERTLOGIC_DEPTH: Final = 64
"""Expressions of CertLogic inside each other. Of 271 rules of countries the deepest has 11."""

MAX_CERTLOGIC_PARTS: Final = 10_000
"""Expressions that one expression of CertLogic is made of. The largest of those rules has under 100."""

MAX_CERTLOGIC_OPERATIONS: Final = 100_000
"""Steps of one evaluation: parts evaluated, values of arrays looked through or made. About a tenth of a second."""

MAX_CERTLOGIC_REDUCE_ITEMS: Final = 1000
"""Values that one `reduce` goes through. Certificates have one to three events."""

MAX_CERTLOGIC_TEXT_CHARACTERS: Final = 1000
"""Characters of a path, and of a text that is taken for a date or an identifier. Identifiers have at most 80."""

MAX_RULE_FILE_BYTES: Final = 16 * 1024 * 1024
"""Bytes of a file of rules. The 271 rules of 24 countries take half a megabyte."""

MAX_RULES: Final = 10_000
"""Rules of one file."""

MAX_RULE_VALUE_SET_CODES: Final = 50_000
"""Codes of one value set that comes with rules. The EU's list of test devices has some 3,000."""

MAX_RULE_TEXT_CHARACTERS: Final = 4000
"""Characters of a rule's sentence in one language. The longest known has 1,217."""

MAX_TOML_RULES_CHARACTERS: Final = 128 * 1024
"""Characters of a country's own rules in TOML. A policy with every kind of condition has some 3,000."""

MAX_TOML_LINE_DOTS: Final = 200
"""Dots of one line of them: reading a dotted key takes time by the square of its parts. Keys of policies have up to
three dots, lines of expressions some dozens."""

MAX_REGISTRY_PEOPLE: Final = 1000
"""People of one request to a registry (`specs/registry.md`). They take some 200 kB."""

MAX_REGISTRY_ANSWER_BYTES: Final = 512 * 1024
"""Bytes of the answer to one such request. That of a thousand people who differ in everything has 110 kB."""

MAX_DESK_REQUEST_BYTES: Final = 256 * 1024
"""Bytes of a request to the desk page's server that holds texts: sixteen certificates take 70 kB."""

MAX_DESK_REQUEST_SECONDS: Final = 5
"""Seconds that such a request, or a picture, may take to come in. It comes from this very machine, and others wait."""

MAX_DESK_CERTIFICATES: Final = 16
"""Certificates of one traveller at the desk. A country that gives one a dose, test and recovery has some ten."""

MAX_DESK_REQUESTS: Final = 4
"""Requests that the desk works on at once, each with at most `MAX_PICTURE_BYTES` in memory."""

MAX_DESK_QUEUE: Final = 24
"""Requests that wait for that. One officer sends one at a time."""

MAX_FRAME_PIXELS: Final = 4_000_000
"""Pixels of one frame of a camera. The page sends at most 1280 along the longer side."""
