"""A small picture of an element in its surroundings, outlined; never one that shows a secret."""

from __future__ import annotations

from bots.browser.driver import Element
from bots.errors import BotError
from bots.masking import Mask

# What can be read on the page: its texts, and the texts that stand in its fields.
_READ = """/* picture: read */ () => JSON.stringify([document.body.innerText,
  ...[...document.querySelectorAll('input,textarea')].map(e => e.value)].join('\\n'))"""

# The largest surrounding that is still small; the element is outlined, and password fields are covered.
_AROUND = """/* picture: around */ (el, _) => {
  let around = el;
  for (let e = el.parentElement; e && e !== document.body; e = e.parentElement) {
    const box = e.getBoundingClientRect();
    if (box.width > 760 || box.height > 320) break;
    if (box.width && box.height) around = e;
  }
  const lay = (target, style) => {
    const box = target.getBoundingClientRect(), layer = document.createElement('div');
    layer.dataset.yebanCover = '';
    layer.style.cssText = 'position:absolute;z-index:2147483647;pointer-events:none;box-sizing:border-box;' + style +
      `left:${box.left + scrollX - 3}px;top:${box.top + scrollY - 3}px;` +
      `width:${box.width + 6}px;height:${box.height + 6}px`;
    document.documentElement.append(layer);
  };
  document.querySelectorAll('input[type=password]').forEach(e => lay(e, 'background:#000;'));
  lay(el, 'border:3px solid #e11d48;');
  return around;
}"""
_CLEAR = """/* picture: clear */ (_el, _) => {
  document.querySelectorAll('[data-yeban-cover]').forEach(e => e.remove());
  return 'null';
}"""


async def outlined(element: Element, mask: Mask) -> bytes | None:
    """A PNG of the element and what stands around it, at most some 760 × 320 pixels.

    None while anything on the page is a secret of this run, or when the page moves on meanwhile: a picture is never
    worth a failed step.
    """
    try:
        shown = await element.evaluate_json(_READ)
        if not isinstance(shown, str) or mask.hide(shown) != shown:
            return None
        around = await element.follow(_AROUND)
        try:
            return await (around or element).screenshot()
        finally:
            await element.evaluate_json(_CLEAR)
    except BotError:
        return None
