"""The system's Chromium for browser tests, with nothing that talks to the outside or works for nobody."""

import os
import shutil
from typing import Final

from playwright.sync_api import Browser, Playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Named together, since the last list given is the one that holds: what Playwright switches off for steadiness, and the
# two pages that the address bar of each new window would load, which took two thirds of a tab's beginning.
OFF: Final = (
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning", "PaintHolding"),
    *("Translate", "MediaRouter", "LensOverlay", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
)
ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    f"--disable-features={','.join(OFF)}",
)


def launched(playwright: Playwright) -> Browser:
    """Started; the caller closes it. SHEGONG_CHROMIUM names another one than the system's."""
    executable = os.environ.get("SHEGONG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)))
    return playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
