"""Which tasks of MiniWoB++ each family's flow is played on, and the seeds."""

SEEDS = (3, 4)
"""The same two for every task. With 1 and 2 some inboxes hold two mails of the one sender that is asked for."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "buy_ticket": ("buy-ticket",),
    "choose_list": (
        "choose-list",
        "click-scroll-list",
    ),
    "choose_then_click": ("form-sequence-3",),
    "click_marked": (
        "click-widget",
        "grid-coordinate",
    ),
    "click_named": (
        "click-button",
        "click-button-sequence",
        "click-dialog",
        "click-dialog-2",
        "click-link",
        "click-tab",
        "click-test",
        "click-test-2",
        "click-test-transfer",
        "unicode-test",
    ),
    "click_shades": ("click-shades",),
    "complete_word": (
        "use-autocomplete",
        "use-autocomplete-nodelay",
    ),
    "copy_letters": ("text-transform",),
    "copy_text": (
        "copy-paste",
        "copy-paste-2",
    ),
    "count_blocks": ("visual-addition",),
    "delete_file": ("terminal",),
    "do_sums": (
        "simple-algebra",
        "simple-arithmetic",
    ),
    "drag_into_box": ("drag-box",),
    "enter_text": (
        "enter-text",
        "enter-text-2",
        "enter-text-dynamic",
    ),
    "enter_when": (
        "enter-date",
        "enter-time",
    ),
    "fill_nth": ("form-sequence-2",),
    "find_contact": ("phone-book",),
    "find_greatest": ("find-greatest",),
    "find_word": (
        "find-word",
        "scroll-text",
    ),
    "focus_nth": (
        "focus-text",
        "focus-text-2",
    ),
    "generate_number": ("generate-number",),
    "guess_number": ("guess-number",),
    "handle_mail": (
        "email-inbox",
        "email-inbox-delete",
        "email-inbox-forward",
        "email-inbox-important",
        "email-inbox-noscroll",
        "email-inbox-reply",
        "email-inbox-star-reply",
    ),
    "handle_post": ("social-media",),
    "handle_posts": (
        "social-media-all",
        "social-media-some",
    ),
    "log_in": (
        "enter-password",
        "login-user",
        "login-user-popup",
    ),
    "move_sliders": (
        "form-sequence",
        "use-slider",
        "use-slider-2",
    ),
    "odd_or_even": ("odd-or-even",),
    "open_sections": (
        "click-collapsible",
        "click-collapsible-2",
        "click-collapsible-2-nodelay",
        "click-collapsible-nodelay",
        "click-tab-2",
        "click-tab-2-easy",
        "click-tab-2-hard",
        "click-tab-2-medium",
        "navigate-tree",
    ),
    "pick_date": (
        "choose-date",
        "choose-date-easy",
        "choose-date-medium",
        "choose-date-nodelay",
    ),
    "read_table": (
        "read-table",
        "read-table-2",
    ),
    "scroll_text": ("scroll-text-2",),
    "search_movies": (
        "multi-layouts",
        "multi-orderings",
    ),
    "search_pages": ("search-engine",),
    "set_number": ("use-spinner",),
    "sort_by_drag": ("drag-sort-numbers",),
    "tick_boxes": (
        "click-checkboxes",
        "click-checkboxes-large",
        "click-checkboxes-transfer",
        "click-option",
    ),
    "walk_menu": ("click-menu",),
}
"""Flow (flows/miniwob/NAME.yaml) → tasks (miniwob/html/miniwob/NAME.html)."""
