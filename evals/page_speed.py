"""How fast the page is in a real browser: first paint, question box, first words of an answer.

    python -m evals.page_speed http://127.0.0.1:7860 --question 哪些部门负责PPP相关任务？

Each visit has an empty cache; times are in seconds, with the machine's load beside them. First words: from Enter
until the first words of the answer (not “正在查找条款……”) stand in the page.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
WATCH = """() => {
  window.firstWords = new Promise((resolve) => {
    const seen = () => {
      const words = document.querySelector('#running .answer > :not(.stage), #settled .answer > *');
      if (!words || !words.textContent.trim()) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve((performance.now() - window.sentAt) / 1000));
    };
    const observer = new MutationObserver(seen);
    observer.observe(document.querySelector('#log'), {subtree: true, childList: true, characterData: true});
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') window.sentAt = performance.now();
  }, true);
}"""


def visit(browser: Any, url: str, question: str) -> dict[str, float]:
    """One visit with an empty cache, in seconds."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(url)
    page.locator("#ask textarea").wait_for()
    box = page.evaluate("performance.now() / 1000")
    page.wait_for_load_state("networkidle")
    page.locator("#ask textarea").fill(question)
    page.evaluate(WATCH)
    page.locator("#ask textarea").press("Enter")
    times = {"first paint": page.evaluate(PAINT), "question box": box, "first words": page.evaluate("firstWords")}
    context.close()
    return times


def table(visits: Sequence[Mapping[str, float]]) -> str:
    """Median and 95th percentile (nearest rank) of each time."""
    rows = [
        f"{name:<14}median {statistics.median(times):.2f} s, p95 {sorted(times)[ceil(0.95 * len(times)) - 1]:.2f} s"
        for name in visits[0]
        for times in [[one[name] for one in visits]]
    ]
    return "\n".join([f"{len(visits)} visits, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", *rows])


def main() -> int:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--question", required=True)
    parser.add_argument("--visits", type=int, default=7)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.browser, args=["--headless", "--no-sandbox"])
        visits = [visit(browser, arguments.url, arguments.question) for _ in range(arguments.visits)]
        browser.close()
    sys.stdout.write(table(visits) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
