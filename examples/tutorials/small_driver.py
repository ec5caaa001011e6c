"""The reader of small_reader.py as a program that `vaxcert conformance run` asks."""

import json
import sys

from small_reader import outcome

for line in sys.stdin:
    asked = json.loads(line)
    if "protocol" in asked:
        answer = {
            "protocol": 2,
            "name": "small reader",
            "version": "1",
            "operations": ["verify"],
            "features": [],
        }
    else:
        answer = {"id": asked["id"], "outcome": outcome(asked["input"]["text"])}
    print(json.dumps(answer), flush=True)
