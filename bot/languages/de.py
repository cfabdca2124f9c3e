"""German."""

from bot.texts import Texts

NOT_A_PICTURE = (
    "So eine Datei kann ich nicht lesen. Schick mir ein Foto oder ein Bild als JPEG, PNG, WebP "
    "oder HEIC."
)

TEXTS = Texts(
    language="Deutsch",
    start="""Hallo! Schick mir ein Foto von handgeschriebenen Ziffern, und ich lese sie.

• Ich antworte mit dem, was ich lese. Liege ich falsch, genügt ein Tippen zum Berichtigen.
• Sagst du Ja, behalte ich deine Fotos und Berichtigungen, um daraus zu lernen.
• Sonst wird alles innerhalb von 24 Stunden gelöscht, mit /forget sofort.""",
    may_i_keep="Darf ich deine Fotos und Berichtigungen behalten, um besser lesen zu lernen?",
    ask_with_photo="Darf ich dieses Foto und die nächsten mit deinen Berichtigungen behalten, um "
    "besser lesen zu lernen? Ohne dein Ja werden sie innerhalb von 24 Stunden gelöscht.",
    yes_keep="Ja, behalte sie",
    no_keep="Nein, danke",
    kept="Danke! Ich behalte deine Fotos und Berichtigungen. /forget löscht sie, wann immer du "
    "willst.",
    not_kept="In Ordnung: Ich lese deine Fotos trotzdem und lösche jedes innerhalb von 24 "
    "Stunden. Mit /privacy kannst du es dir anders überlegen.",
    toast_kept="Danke!",
    toast_not_kept="In Ordnung.",
    choice_yes="Du hast Ja gesagt: Deine Fotos und Berichtigungen werden behalten.",
    choice_no="Du hast Nein gesagt: Deine Fotos werden innerhalb von 24 Stunden gelöscht.",
    help="""Schick mir ein Foto von handgeschriebenen Ziffern oder ein Bild als Datei. Am besten \
geht es mit dunklem Stift auf hellem Papier, von oben und aus der Nähe.

Habe ich mich verlesen? Tippe unter meiner Antwort auf die richtige Ziffer, oder antworte darauf \
mit allen Ziffern, etwa 407. Rückgängig nimmt es zurück.

In einer Gruppe: Antworte auf ein Foto mit /read, oder erwähne mich in seiner Beschriftung.

/privacy – was ich behalte, und deine Wahl
/stats – was du mir beigebracht hast
/mydata – alles bekommen, was von dir da ist
/forget – alles von dir löschen
/developer_info – wer diesen Bot betreibt""",
    privacy="""Was ich behalte: die Fotos, die du schickst, die Ziffern darin, deine \
Berichtigungen und deinen Namen und deine Nummer bei Telegram, damit du berichtigen und löschen \
kannst, was dir gehört.

Wozu: um das Netz zu trainieren, das Ziffern liest. Wer diesen Bot betreibt, sieht die Fotos beim \
Prüfen und darf sie und die ausgeschnittenen Ziffern ohne deinen Namen als Datensatz weitergeben.

Wie lange: mit deinem Ja, bis du /forget sagst.{originals} Sonst höchstens 24 Stunden. Wie viele \
Nachrichten du geschickt hast, wird höchstens zwei Tage gezählt, damit niemand mich ganz für sich \
nimmt.

Deins: /mydata schickt dir alles davon, /forget löscht es.""",
    originals_go_one="Ein Foto selbst wird auch dann nach einem Tag gelöscht; die Ziffern daraus "
    "bleiben.",
    originals_go="Ein Foto selbst wird auch dann nach {days} Tagen gelöscht; die Ziffern daraus "
    "bleiben.",
    forget="Soll ich alle deine Fotos, deine Berichtigungen und deinen Namen löschen? Das lässt "
    "sich nicht rückgängig machen.",
    yes_forget="Ja, alles löschen",
    no_forget="Nein, behalten",
    forgotten="Erledigt: Alles von dir ist gelöscht.",
    toast_forgotten="Gelöscht.",
    not_forgotten="Nichts wurde gelöscht.",
    nothing_kept="Von dir ist hier nichts gespeichert.",
    stats="""Was du mir bisher beigebracht hast:

Fotos: {photos}
Ziffern, die ich darauf gefunden habe: {digits}
Von dir bestätigt: {confirmed}
Von dir berichtigt: {corrected}""",
    stats_agreement="Von den Ziffern, die du geprüft hast, hatte ich {percent} % richtig gelesen.",
    stats_unchecked="Du hast noch keine Ziffer geprüft: Tippe unter meiner Antwort auf einen "
    "Knopf.",
    mydata="Alles, was von dir da ist, Teil {number}: deine Fotos, die ausgeschnittenen Ziffern "
    "und in den .json-Dateien, was gelesen wurde, was du gesagt hast und was ich von dir weiß.",
    only_in_private="Frag mich das bitte in unserem privaten Chat: Was ich von dir habe, geht "
    "sonst niemanden etwas an.",
    no_developer_info="Wer diesen Bot betreibt, hat nichts über sich angegeben. Frag dort nach, wo "
    "du ihn gefunden hast.",
    no_digit_found="Ich sehe da keine Ziffer. Ist da eine, sag mir, welche. Am besten geht es mit "
    "dunklem Stift auf hellem Papier: von oben, aus der Nähe, bei gutem Licht.",
    confirm_one="✓ {digit}",
    confirm_all="✓ Alles richtig",
    either="Ziffer {place}: {digit}",
    not_a_digit="Keine Ziffer",
    undo="Rückgängig",
    back="« Zurück",
    read_one="{digit}, zu {percent} % sicher",
    read_one_unsure="{digit}, aber nicht sicher: {digit} oder {other}?",
    read_all="{text}\n\nBei jeder Ziffer zu mindestens {percent} % sicher",
    read_all_unsure="{text}\n\nNicht sicher bei Ziffer {place}: {digit} oder {other}?",
    turned={
        1: "Ich habe es um 90 Grad nach links gedreht gelesen, zu {percent} % sicher, dass es so "
        "richtig herum ist.",
        2: "Ich habe es um 180 Grad gedreht gelesen, zu {percent} % sicher, dass es so richtig "
        "herum ist.",
        3: "Ich habe es um 90 Grad nach rechts gedreht gelesen, zu {percent} % sicher, dass es so "
        "richtig herum ist.",
    },
    which_photo="Meine Antwort gehört zu mehreren Fotos: Antworte auf das Foto selbst, oder tippe "
    "unter meiner Antwort auf seine Nummer.",
    album_sure="{number}. {text}, zu {percent} % sicher",
    album_unsure="{number}. {text}, aber nicht sicher: {digit} oder {other}?",
    album_nothing="{number}. keine Ziffer gefunden",
    album_saved="{number}. {text}, gespeichert",
    album_saved_partly="{number}. {text}, zum Teil gespeichert",
    album_hint="Stimmt etwas nicht? Tippe auf das Foto.",
    album_thanks="Alles gespeichert. Danke!",
    album_for_now="Es ist für 24 Stunden gespeichert. Mit einem Ja in /privacy bleibt es.",
    album_photo="Foto {number} von {count}",
    back_to_album="« Alle Fotos",
    which_digit="Ziffer {place} von {count}: Ich lese {digit}. Welche ist es?",
    saved="Gespeichert: {labels}. Danke!",
    saved_for_now="Für 24 Stunden gespeichert: {labels}. Mit einem Ja in /privacy bleibt es.",
    saved_partly="{text}\n\nBisher gespeichert: {labels}",
    saved_not_a_digit="keine Ziffer",
    too_many_buttons="Nur die ersten {count} haben einen Knopf; antworte mit allen Ziffern, um "
    "mehr zu berichtigen.",
    toast_saved="Gespeichert: {label}",
    toast_all_saved="Alles gespeichert.",
    toast_undone="Rückgängig gemacht.",
    undone="Rückgängig gemacht: Was du gesagt hattest, ist zurückgenommen.",
    text_too_long_one="Ich habe auf dem Foto nur eine Ziffer gefunden: Tippe unter meiner Antwort "
    "auf die richtige.",
    text_too_long="Ich habe auf dem Foto nur {count} Ziffern gefunden: Tippe sie unter meiner "
    "Antwort einzeln an.",
    no_photo_to_correct="Um mich zu berichtigen, antworte mit den Ziffern auf meine Antwort. Zum "
    "Lesen schick mir ein Foto.",
    nothing_to_correct="Auf dem Foto habe ich keine Ziffer gefunden, da gibt es nichts zu "
    "berichtigen.",
    not_yours="Nur wer das Foto geschickt hat, kann es berichtigen.",
    not_for_you="Dieser Knopf ist für jemand anderen.",
    gone="Dieses Foto ist nicht mehr da.",
    unknown_button="Diesen Knopf kenne ich nicht. Schick das Foto bitte noch einmal.",
    send_a_photo="Schick mir ein Foto von handgeschriebenen Ziffern, und ich lese sie. Mehr sagt "
    "dir /help.",
    unknown_command="Diesen Befehl kenne ich nicht. Was ich kann, sagt dir /help.",
    nothing_to_read="Antworte mit /read auf ein Foto, dann lese ich die Ziffern darauf.",
    no_edits="Änderungen an einer Nachricht bekomme ich nicht mit: Schick sie bitte neu.",
    too_big="Die Datei ist größer als 20 MB, mehr gibt Telegram mir nicht. Schick bitte eine "
    "kleinere.",
    unreadable={
        "empty": "Die Datei ist leer.",
        "unknown": "Dieses Bild kann ich nicht öffnen: Schick ein Foto, oder eine JPEG-, PNG-, "
        "WebP-, HEIC- oder AVIF-Datei.",
        "damaged": "Das Bild ist beschädigt: Schick es bitte noch einmal.",
        "huge": "Das Bild hat {megapixels} Megapixel; {most} kann ich höchstens lesen.",
    },
    other_kinds={
        "file": NOT_A_PICTURE,
        "sticker": "Schöner Sticker! Aber ich lese Ziffern: Schick mir ein Foto davon.",
        "voice": "Zuhören kann ich nicht, nur lesen: Schick mir ein Foto von Ziffern.",
        "audio": "Zuhören kann ich nicht, nur lesen: Schick mir ein Foto von Ziffern.",
        "video": "Videos kann ich nicht ansehen: Schick mir ein Foto von Ziffern.",
        "video_note": "Videos kann ich nicht ansehen: Schick mir ein Foto von Ziffern.",
        "animation": "Animationen kann ich nicht ansehen: Schick mir ein Foto von Ziffern.",
    },
    minute_full="Das ist viel auf einmal! Ich nehme von jedem {limit} Nachrichten in der Minute; "
    "der Rest geht nicht verloren und kommt dran, sobald die Minute vorbei ist.",
    minute_full_in_group="Das ist viel auf einmal! Ich nehme von jedem {limit} Nachrichten in der "
    "Minute: Frag mich bitte in einer Minute noch einmal.",
    day_full="Das war's für heute: Ich nehme von jedem {limit} Nachrichten am Tag. Ab {time} lese "
    "ich wieder von dir; was du bis dahin schickst, schick bitte noch einmal.",
    queue="Gerade fragen mich viele: Deins ist Nummer {number} in der Schlange. Es geht nicht "
    "verloren, ich antworte, so bald ich kann.",
    blocked="Wer diesen Bot betreibt, hat dich hier ausgeschlossen, deshalb antworte ich nicht "
    "mehr. /forget löscht weiterhin alles, was von dir da ist.",
    later="Gerade kann ich nichts speichern. Deine Nachricht geht nicht verloren, ich antworte "
    "später.",
    failed="Da ist bei mir etwas schiefgegangen, entschuldige. Schick es bitte noch einmal.",
    commands={
        "start": "Hallo sagen und wählen, was ich behalten darf",
        "help": "Wie du mich benutzt",
        "read": "Das Foto lesen, auf das du antwortest",
        "privacy": "Was ich behalte, und deine Wahl",
        "stats": "Was du mir beigebracht hast",
        "mydata": "Alles bekommen, was von dir da ist",
        "forget": "Alles von dir löschen",
        "developer_info": "Wer diesen Bot betreibt",
    },
    description="Schick mir ein Foto von handgeschriebenen Ziffern, und ich lese sie. Liege ich "
    "falsch, genügt ein Tippen zum Berichtigen. Ohne dein Ja behalte ich nichts.",
    short_description="Liest handgeschriebene Ziffern auf Fotos und lernt aus deinen "
    "Berichtigungen.",
)
