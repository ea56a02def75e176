"""A small picture of an element in its surroundings, outlined; never one that shows a secret."""

from __future__ import annotations

from bots.browser.driver import Element
from bots.errors import BotError
from bots.masking import Mask

# What can be read on the page: its texts, and the texts that stand in its fields.
_READ = """/* picture: read */ () => JSON.stringify([document.body.innerText,
  ...[...document.querySelectorAll('input,textarea')].map(e => e.value)].join('\\n'))"""

# An empty frame around the element, of which the picture is taken; the element is outlined, passwords are covered.
_AROUND = """/* picture: around */ (el, _) => {
  const lay = (left, top, width, height, style) => {
    const layer = document.createElement('div');
    layer.dataset.yebanCover = '';
    layer.style.cssText = 'position:absolute;z-index:2147483647;pointer-events:none;box-sizing:border-box;' + style +
      `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
    document.documentElement.append(layer);
    return layer;
  };
  const around = (target, x, y, style) => {
    const box = target.getBoundingClientRect(), page = document.documentElement;
    const left = Math.max(0, box.left + scrollX - x), top = Math.max(0, box.top + scrollY - y);
    const right = Math.min(page.scrollWidth, box.right + scrollX + x);
    const bottom = Math.min(page.scrollHeight, box.bottom + scrollY + y);
    return lay(left, top, Math.min(right - left, 900), Math.min(bottom - top, 420), style);
  };
  document.querySelectorAll('input[type=password]').forEach(e => around(e, 0, 0, 'background:#000;'));
  around(el, 3, 3, 'border:3px solid #e11d48;');
  return around(el, 220, 90, '');
}"""
_CLEAR = """/* picture: clear */ (_el, _) => {
  document.querySelectorAll('[data-yeban-cover]').forEach(e => e.remove());
  return 'null';
}"""


async def outlined(element: Element, mask: Mask) -> bytes | None:
    """A PNG of the element and what stands around it, at most 900 × 420 pixels.

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
