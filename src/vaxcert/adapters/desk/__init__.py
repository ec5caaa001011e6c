"""The desk page: a local page of this machine on which an officer decides about travellers, offline.

The server listens on 127.0.0.1 alone, keeps nothing of any traveller and writes nothing to disk. What belongs to the
traveller at the desk (certificate texts, travel document) the page holds, and sends with each scan.

How a page gets in. The command prints a link with a start code in its fragment. The page hands the code over once
(`POST /api/session`) and gets a token, which it sends as `Authorization: Bearer ...` with every other request. Every
`/api` request takes `?lang=`; every refusal is `{"error": {"code", "sentence"}}`.

    GET  /api/words            the words of a language, and which languages there are; the only one without a token
    POST /api/session          {"code"} -> {"token"}
    GET  /api/status           lists, alarms, clock, country, rules, counters of the shift
    POST /api/scan             {"held": [text], "entries": [text], "document": {"mrz"} | {"name", "birth_date"} | null,
                               "traveller": random text} -> {"held", "document", "document_shown", "decision",
                               "notices": [{"code", "sentence", "kind"}], "added"}
    POST /api/picture          a picture or PDF as the body -> {"texts": [text], "notices"}
    POST /api/frame            ?width=&height=, grey bytes as the body -> {"texts": [text]}, empty where nothing is seen
    POST /api/counters/reset   -> the counters

What tests may hold on to in the page is its `data-testid`. The card: `card` (`data-verdict` is `accept`, `refer`,
`refuse` or `none`; `data-scan` counts up with each answer), `headline`, `advice`, `scan-number`, `traveller-name`,
`traveller-standard-name`, `traveller-birth-date`, `identity` (`data-grade`), `document-name`, `document-birth-date`,
`doses`, `reasons` (items have `data-code`), `details`, `keep-last`, `next-traveller`. Above it: `alarms` and
`notices` (items have `data-code`). The header: `list-age`, `key-count`, `clock`, `country`, `rules-in-force`,
`shift-sign`, `language-en`, `language-vi`, `theme`, `sound`, `help-open`, `help`. Ways in: `camera-start`,
`camera-stop`, `camera-device`, `camera-torch`, `camera-video`, `choose-files`, `file-input`, `entry-text`,
`entry-submit`, `document-text`, `document-given-name`, `document-given-birth-date`, `document-submit`,
`document-clear`. The shift: `counters`, `count-accept`, `count-refer`, `count-refuse`, `count-unreadable`,
`reset-counters`. Without a session: `locked`.
"""
