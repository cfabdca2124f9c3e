"""English, and what is said to everybody whose language has no file here."""

from bot.texts import Texts
from model.photo import PROBLEMS

NOT_A_PICTURE = "I can't read this kind of file. Send a photo, or a JPEG, PNG, WebP or HEIC image."

TEXTS = Texts(
    language="English",
    start="""Hello! Send me a photo of handwritten digits and I read them.

• I answer with what I read; if I am wrong, one tap corrects me.
• With your yes, I keep your photos and corrections to learn from them.
• Without it, everything is deleted within 24 hours. /forget deletes it at once.""",
    may_i_keep="May I keep your photos and corrections, to get better at reading?",
    ask_with_photo="May I keep this photo and the ones to come, with your corrections, to get "
    "better at reading? Without a yes they are deleted within 24 hours.",
    yes_keep="Yes, keep them",
    no_keep="No, thanks",
    kept="Thank you! I keep your photos and corrections. /forget deletes them whenever you like.",
    not_kept="All right: I still read your photos, and delete each of them within 24 hours. "
    "/privacy lets you change your mind.",
    toast_kept="Thank you!",
    toast_not_kept="All right.",
    choice_yes="You said yes: your photos and corrections are kept.",
    choice_no="You said no: your photos are deleted within 24 hours.",
    help="""Send me a photo of handwritten digits, or an image as a file. Dark pen on light \
paper, from above and close, works best.

Was I wrong? Tap the right digit under my answer, or reply to it with all the digits, like 407. \
Undo takes it back.

In a group, reply to a photo with /read, or mention me in its caption.

/privacy – what I keep, and your choice
/stats – what you have taught me
/mydata – get everything of yours
/forget – delete everything of yours
/developer_info – who runs this bot""",
    privacy="""What I keep: the photos you send, the digits found in them, your corrections, and \
your name and number on Telegram, so that you can correct and delete what is yours.

What for: to train the network that reads digits. The people who run this bot see the photos when \
they check them, and may export them and the cut-out digits, without your name, as a data set.

How long: until you say /forget, with your yes.{originals} Without it at most 24 hours. How many \
messages you sent is counted for two days at most, so that nobody takes up all my time.

Yours: /mydata sends you all of it, /forget deletes it.""",
    originals_go_one="Even so, a photo itself is deleted after a day; the digits cut out of it "
    "stay.",
    originals_go="Even so, a photo itself is deleted after {days} days; the digits cut out of it "
    "stay.",
    forget="Shall I delete all your photos, corrections and your name? This can't be taken back.",
    yes_forget="Yes, delete everything",
    no_forget="No, keep it",
    forgotten="Done: everything of yours is deleted.",
    toast_forgotten="Deleted.",
    not_forgotten="Nothing was deleted.",
    nothing_kept="Nothing of yours is kept here.",
    stats="""What you have taught me so far:

Photos: {photos}
Digits I found in them: {digits}
Confirmed by you: {confirmed}
Corrected by you: {corrected}""",
    stats_agreement="Of the digits you checked I had read {percent} % right.",
    stats_unchecked="You haven't checked a digit yet: tap a button under my answer.",
    mydata="Everything that is kept of you, part {number}: your photos, the digits cut out of "
    "them, and in the .json files what was read, what you said, and what I know of you.",
    only_in_private="Ask me that in our private chat, please: what I keep of you is nobody else's "
    "business.",
    no_developer_info="The people who run this bot have not said who they are. You can ask in the "
    "chat where you found it.",
    no_digit_found="I see no digit there. If there is one, tell me which. Dark pen on light paper "
    "works best: from above, close, in good light.",
    confirm_one="✓ {digit}",
    confirm_all="✓ All right",
    either="Digit {place}: {digit}",
    not_a_digit="Not a digit",
    undo="Undo",
    back="« Back",
    read_one="{digit}, {percent} % sure",
    read_one_unsure="{digit}, but not sure: {digit} or {other}?",
    read_all="{text}\n\nAt least {percent} % sure of each digit",
    read_all_unsure="{text}\n\nNot sure of digit {place}: {digit} or {other}?",
    turned={
        1: "I read it turned left by 90 degrees, {percent} % sure that this way is up.",
        2: "I read it turned by 180 degrees, {percent} % sure that this way is up.",
        3: "I read it turned right by 90 degrees, {percent} % sure that this way is up.",
    },
    which_photo="My answer is about several photos: reply to the photo itself, or tap its number "
    "under my answer.",
    album_sure="{number}. {text}, {percent} % sure",
    album_unsure="{number}. {text}, but not sure: {digit} or {other}?",
    album_nothing="{number}. no digit found",
    album_saved="{number}. {text}, saved",
    album_saved_partly="{number}. {text}, saved in part",
    album_hint="Is one of them wrong? Tap its photo.",
    album_thanks="All saved. Thank you!",
    album_for_now="It is saved for 24 hours. Say yes in /privacy to keep it.",
    album_photo="Photo {number} of {count}",
    back_to_album="« All photos",
    which_digit="Digit {place} of {count}: I read {digit}. Which one is it?",
    saved="Saved: {labels}. Thank you!",
    saved_for_now="Saved for 24 hours: {labels}. Say yes in /privacy to keep it.",
    saved_partly="{text}\n\nSaved so far: {labels}",
    saved_not_a_digit="not a digit",
    too_many_buttons="Only the first {count} have a button; reply with all digits to correct more.",
    toast_saved="Saved: {label}",
    toast_all_saved="All saved.",
    toast_undone="Undone.",
    undone="Undone: what you had said is taken back.",
    text_too_long_one="I found only one digit in that photo: tap the right one under my answer.",
    text_too_long="I found only {count} digits in that photo: tap them one by one under my answer.",
    no_photo_to_correct="To correct me, reply to my answer with the digits. To have digits read, "
    "send a photo.",
    nothing_to_correct="I found no digit in that photo, so there is nothing to correct.",
    not_yours="Only the person who sent the photo can correct it.",
    not_for_you="This button is for somebody else.",
    gone="That photo is no longer here.",
    unknown_button="I don't know this button. Send the photo again, please.",
    send_a_photo="Send me a photo of handwritten digits and I read them. /help says more.",
    unknown_command="I don't know that command. /help says what I can do.",
    nothing_to_read="Reply with /read to a photo, and I read the digits in it.",
    no_edits="I don't follow changes to a message: please send it as a new one.",
    too_big="That file is over 20 MB, more than Telegram hands me. Please send a smaller one.",
    unreadable=PROBLEMS,
    other_kinds={
        "file": NOT_A_PICTURE,
        "sticker": "Nice sticker! But I read digits: send me a photo of some.",
        "voice": "I can't listen, I only read: send me a photo of handwritten digits.",
        "audio": "I can't listen, I only read: send me a photo of handwritten digits.",
        "video": "I can't watch videos: send me a photo of handwritten digits.",
        "video_note": "I can't watch videos: send me a photo of handwritten digits.",
        "animation": "I can't watch animations: send me a photo of handwritten digits.",
    },
    minute_full="That is a lot at once! I take {limit} messages a minute from each person; the "
    "rest is kept, and follows as soon as the minute is over.",
    minute_full_in_group="That is a lot at once! I take {limit} messages a minute from each "
    "person: ask me again in a minute, please.",
    day_full="That was it for today: I take {limit} messages a day from each person. From {time} "
    "on I read yours again; what you send until then, please send again.",
    queue="Many people are asking me just now: yours is number {number} in the line. It is kept, "
    "and I answer as soon as I can.",
    blocked="The people who run this bot have shut you out here, so I don't answer any more. "
    "/forget still deletes what is kept of you.",
    later="I can't store anything just now. Your message is kept, and I answer it later.",
    failed="Something went wrong with that on my side, sorry. Please send it once more.",
    commands={
        "start": "Say hello and choose what I may keep",
        "help": "How to use me",
        "read": "Read the photo you reply to",
        "privacy": "What I keep, and your choice",
        "stats": "What you have taught me",
        "mydata": "Get everything that is kept of you",
        "forget": "Delete everything of yours",
        "developer_info": "Who runs this bot",
    },
    description="Send me a photo of handwritten digits and I read them. If I am wrong, one tap "
    "corrects me. I keep nothing without your yes.",
    short_description="Reads handwritten digits from photos and learns from your corrections.",
)
