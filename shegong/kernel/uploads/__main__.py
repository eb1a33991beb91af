"""The child process: a file on standard input, the clean one on standard output, behind a line of JSON about it."""

import json
import resource
import sys

from shegong.kernel.uploads.cleaning import LARGEST, Refused, clean

MEMORY = 1_500_000_000  # bytes; a photo of sixty million pixels needs about a third of it
SECONDS = 20


def main() -> None:
    """Clean one file within the limits; a refusal is told in the line, anything worse by dying."""
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    try:
        made = clean(sys.stdin.buffer.read(LARGEST + 1))
    except Refused as refusal:
        sys.stdout.buffer.write(json.dumps({"refused": refusal.code}).encode())
        return
    about = {
        "media": made.media,
        "width": made.width,
        "height": made.height,
        "pages": made.pages,
        "preview": len(made.preview),
    }
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + made.preview + made.content)


if __name__ == "__main__":
    main()
