"""A form of 150 questions in a real browser on a slowed processor: how long one answer takes until the page stands."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

import shegong.kernel
from bench.measure import Measure, percentile
from shegong.catalogue.questionnaire import Questionnaire
from shegong.catalogue.rules.document import Form
from shegong.catalogue.rules.filling import Filling
from shegong.kernel import clock

QUESTIONS = 150
SLOWER = 4  # times: a cheap phone beside a server's processor
ANSWER_MILLISECONDS = 100
ANSWER = """(index) => {
  const field = document.querySelectorAll('[data-questions] input[type=number]')[index];
  const began = performance.now();
  field.value = String(3 + (index % 4));
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - began;
}"""


def document() -> dict[str, object]:
    """Each third question depends on the one before; all of a section are summed up, and all sections."""
    parts: list[dict[str, object]] = []
    for section in range(10):
        names = [f"q{section}_{number}" for number in range(QUESTIONS // 10)]
        items: list[dict[str, object]] = [
            {"kind": "integer", "name": name, "label": {"zh": name}, "constraint": ". >= 0 and . <= 9"}
            | ({"relevant": f"${{{names[number - 1]}}} > 2"} if number % 3 == 2 else {})
            for number, name in enumerate(names)
        ]
        total = " + ".join(f"coalesce(${{{name}}}, 0)" for name in names)
        items.append({"kind": "calculate", "name": f"sum{section}", "calculation": total})
        parts.append({"kind": "group", "name": f"part{section}", "label": {"zh": str(section)}, "items": items})
    grand = " + ".join(f"${{sum{section}}}" for section in range(10))
    parts += [
        {"kind": "calculate", "name": "total", "calculation": grand},
        {"kind": "note", "name": "told", "label": {"zh": "${total}"}, "relevant": "${total} > 0"},
    ]
    return {"format": 2, "title": {"zh": "试"}, "languages": ["zh"], "items": parts}


def run() -> list[Measure]:
    """p95 of one answer in milliseconds beside 100."""
    from django.template.loader import render_to_string

    filling = Filling(Form(document()), {}, today=clock.today(), now=clock.now())
    inner = render_to_string("catalogue/questions/form.html", {"questions": Questionnaire(filling)})
    script = Path(shegong.kernel.__file__).parent / "static" / "dist" / "forms.js"
    style = script.with_name("shegong.css")
    executable = os.environ.get("SHEGONG_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 360, "height": 740})
        tab.set_content(f"<style>{style.read_text()}</style><form data-questions>{inner}</form>")
        tab.add_script_tag(path=script)
        tab.context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        took = [float(tab.evaluate(ANSWER, index)) for index in range(QUESTIONS)]
        browser.close()
    return [Measure("form_150_answer_p95", percentile(took, 0.95), "ms", ANSWER_MILLISECONDS)]
