"""What the bot says, in one language: each file in `bot/languages/` fills in all of this.

Plain text, so that nothing needs escaping. `{words}` in braces are filled in; every language has
the same ones in the same text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Every sentence, button and note of the bot."""

    language: str
    """Its own name, as people who speak it call it."""

    # Hello, and may I keep it
    start: str
    may_i_keep: str
    ask_with_photo: str
    yes_keep: str
    no_keep: str
    kept: str
    not_kept: str
    toast_kept: str
    toast_not_kept: str
    choice_yes: str
    choice_no: str

    # Commands
    help: str
    privacy: str
    originals_go_one: str
    originals_go: str
    forget: str
    yes_forget: str
    no_forget: str
    forgotten: str
    toast_forgotten: str
    not_forgotten: str
    nothing_kept: str

    stats: str
    stats_agreement: str
    stats_unchecked: str
    mydata: str
    only_in_private: str
    no_developer_info: str

    # What was read
    no_digit_found: str
    confirm_one: str
    confirm_all: str
    either: str
    not_a_digit: str
    undo: str
    back: str
    read_one: str
    read_one_unsure: str
    read_all: str
    read_all_unsure: str
    turned: Mapping[int, str]
    """By the quarter turns against the clock."""
    which_digit: str

    # Albums
    which_photo: str
    album_sure: str
    album_unsure: str
    album_nothing: str
    album_saved: str
    album_saved_partly: str
    album_hint: str
    album_thanks: str
    album_for_now: str
    album_photo: str
    back_to_album: str

    # Corrections
    saved: str
    saved_for_now: str
    saved_partly: str
    saved_not_a_digit: str
    too_many_buttons: str
    toast_saved: str
    toast_all_saved: str
    toast_undone: str
    undone: str
    text_too_long_one: str
    text_too_long: str
    no_photo_to_correct: str
    nothing_to_correct: str
    not_yours: str
    not_for_you: str
    gone: str
    unknown_button: str

    # Everything else people send
    send_a_photo: str
    unknown_command: str
    nothing_to_read: str
    no_edits: str
    too_big: str
    unreadable: Mapping[str, str]
    """By the problem, see `model.photo.PROBLEMS`; the same facts are filled in."""
    other_kinds: Mapping[str, str]
    """By the kind, as Telegram names it; or "file"."""

    # Too much, too many
    minute_full: str
    minute_full_in_group: str
    day_full: str
    queue: str
    blocked: str

    # Trouble
    later: str
    failed: str

    # What Telegram shows of the bot: at most 256, 512 and 120 characters
    commands: Mapping[str, str]
    description: str
    short_description: str
