"""Every sentence the bot says, in one place; plain text, so nothing needs escaping."""

START = """Hello! Send me a photo of handwritten digits and I read them.

• I answer with what I read; if I am wrong, one tap corrects me.
• With your yes, I keep your photos and corrections to learn from them.
• Without it, everything is deleted within 24 hours. /forget deletes it at once."""

MAY_I_KEEP = "May I keep your photos and corrections, to get better at reading?"
ASK_WITH_PHOTO = (
    "May I keep this photo and the ones to come, with your corrections, to get better at reading? "
    "Without a yes they are deleted within 24 hours."
)
YES_KEEP = "Yes, keep them"
NO_KEEP = "No, thanks"
KEPT = "Thank you! I keep your photos and corrections. /forget deletes them whenever you like."
NOT_KEPT = (
    "All right: I still read your photos, and delete each of them within 24 hours. "
    "/privacy lets you change your mind."
)
TOAST_KEPT = "Thank you!"
TOAST_NOT_KEPT = "All right."
CHOICE_YES = "You said yes: your photos and corrections are kept."
CHOICE_NO = "You said no: your photos are deleted within 24 hours."

HELP = """Send me a photo of handwritten digits, or an image as a file. Dark pen on light paper, \
from above and close, works best.

Was I wrong? Tap the right digit under my answer, or reply to it with all the digits, like 407. \
Undo takes it back.

In a group, reply to a photo with /read, or mention me in its caption.

/privacy – what I keep, and your choice
/forget – delete everything of yours"""

PRIVACY = """What I keep: the photos you send, the digits found in them, your corrections, and \
your name and number on Telegram, so that you can correct and delete what is yours.

What for: to train the network that reads digits. The people who run this bot see the photos when \
they check them, and may export the cut-out digits, without your name, as a data set.

How long: with your yes until you say /forget. Without it at most 24 hours."""

FORGET = "Shall I delete all your photos, corrections and your name? This can't be taken back."
YES_FORGET = "Yes, delete everything"
NO_FORGET = "No, keep it"
FORGOTTEN = "Done: everything of yours is deleted."
TOAST_FORGOTTEN = "Deleted."
NOT_FORGOTTEN = "Nothing was deleted."
NOTHING_KEPT = "Nothing of yours is kept here."

NO_DIGIT_FOUND = (
    "I see no digit there. Dark pen on light paper works best: from above, close, in good light."
)
CONFIRM_ONE = "✓ {digit}"
CONFIRM_ALL = "✓ All right"
NOT_A_DIGIT = "Not a digit"
UNDO = "Undo"
BACK = "« Back"

READ_ONE = "{digit}, {percent} % sure"
READ_ONE_UNSURE = "{digit}, but not sure: {digit} or {other}?"
READ_ALL = "{text}\n\nAt least {percent} % sure of each digit"
READ_ALL_UNSURE = "{text}\n\nNot sure of digit {place}: {digit} or {other}?"
WHICH_DIGIT = "Digit {place} of {count}: I read {digit}. Which one is it?"
SAVED = "Saved: {labels}. Thank you!"
SAVED_FOR_NOW = "Saved for 24 hours: {labels}. Say yes in /privacy to keep it."
SAVED_PARTLY = "{text}\n\nSaved so far: {labels}"
SAVED_NOT_A_DIGIT = "not a digit"
TOO_MANY_BUTTONS = "Only the first {count} have a button; reply with all digits to correct more."
TOAST_SAVED = "Saved: {label}"
TOAST_UNDONE = "Undone."
UNDONE = "Undone: what you had said is taken back."

TEXT_TOO_LONG_ONE = "I found only one digit in that photo: tap the right one under my answer."
TEXT_TOO_LONG = "I found only {count} digits in that photo: tap them one by one under my answer."
NO_PHOTO_TO_CORRECT = (
    "To correct me, reply to my answer with the digits. To have digits read, send a photo."
)
NOTHING_TO_CORRECT = "I found no digit in that photo, so there is nothing to correct."
NOT_YOURS = "Only the person who sent the photo can correct it."
NOT_FOR_YOU = "This button is for somebody else."
GONE = "That photo is no longer here."
UNKNOWN_BUTTON = "I don't know this button. Send the photo again, please."

SEND_A_PHOTO = "Send me a photo of handwritten digits and I read them. /help says more."
UNKNOWN_COMMAND = "I don't know that command. /help says what I can do."
NOTHING_TO_READ = "Reply with /read to a photo, and I read the digits in it."
NO_EDITS = "I don't follow changes to a message: please send it as a new one."
TOO_BIG = "That file is over 20 MB, more than Telegram hands me. Please send a smaller one."
NOT_A_PICTURE = "I can't read this kind of file. Send a photo, or a JPEG, PNG, WebP or HEIC image."
LATER = "I can't store anything just now. Your message is kept, and I answer it later."
FAILED = "Something went wrong with that on my side, sorry. Please send it once more."
OTHER_KINDS = {
    "file": NOT_A_PICTURE,
    "edit": NO_EDITS,
    "sticker": "Nice sticker! But I read digits: send me a photo of some.",
    "voice": "I can't listen, I only read: send me a photo of handwritten digits.",
    "audio": "I can't listen, I only read: send me a photo of handwritten digits.",
    "video": "I can't watch videos: send me a photo of handwritten digits.",
    "video_note": "I can't watch videos: send me a photo of handwritten digits.",
    "animation": "I can't watch animations: send me a photo of handwritten digits.",
}

COMMANDS = {
    "start": "Say hello and choose what I may keep",
    "help": "How to use me",
    "read": "Read the photo you reply to",
    "privacy": "What I keep, and your choice",
    "forget": "Delete everything of yours",
}
DESCRIPTION = (
    "Send me a photo of handwritten digits and I read them. If I am wrong, one tap corrects me. "
    "I keep nothing without your yes."
)
SHORT_DESCRIPTION = "Reads handwritten digits from photos and learns from your corrections."
