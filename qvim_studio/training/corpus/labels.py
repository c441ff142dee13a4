"""Turns the noisy labels of game sound sets into classes and plain words.

Labels come from file and folder names ("plmove walk t gravel", "dorcls"). The first rule below that
matches gives the class and the words. A class may have several rules, so that a dog and a duck are
both animals but not the same words.
"""

from __future__ import annotations

import re

from qvim_studio.training.corpus.everyday import CLASS_OF, EVERYDAY_RULES, EXACT_RULES

# kind, words for the text tower, pattern over the label in lower case.
RULES: tuple[tuple[str, str, str], ...] = (
    *EXACT_RULES,
    ("footstep gravel", "footsteps on gravel, crunching steps, walking on stones",
     r"walk t? ?gravel|walk t rock"),
    ("footstep water", "footsteps in water, splashing steps, wading", r"walk t? ?water"),
    ("footstep grass", "footsteps in grass, rustling steps, walking on leaves", r"walk t? ?grass"),
    ("footstep grass", "footsteps on dirt, steps on sand, walking", r"walk dirt|sand step"),
    ("footstep metal", "footsteps on metal, clanking steps", r"walk metal"),
    ("hooves", "hooves, horse trotting, footsteps, clip clop", r"\bhoof"),
    ("stomp", "heavy footsteps, robot steps, stomp", r"bspwlk|^metal$"),
    ("footstep", "footsteps, walking, steps, shoes on the floor",
     r"plmove walk|^walking|footstep"),
    ("hi-hat", "open hi-hat, hi-hat, tsss",
     r"open hat|hihat open|half open|paiste open|\boh\b(?! switchangel)"),
    ("hi-hat", "hi-hat, closed hi-hat, tss, ts", r"hi-?hat|hi hat|\bhat\b|^hh\b"),
    ("cymbal", "ride cymbal, ride, ding", r"\bride\b(?<!bell ride)|\brd\b"),
    ("cymbal", "cymbal, crash cymbal, crash", r"cymb|\bcr(sh|ash)?\b(?! obstacle)|orchcrash"),
    ("electronic drum", "electronic drum, percussion hit, drum machine, thud", r"^beats$"),
    ("drum loop", "drum loop, beat, rhythm", r"\bbrk\b|break amen"),
    ("snare drum", "drum roll, snare drum", r"drum roll"),
    ("snare drum", "rim shot, rim, stick click", r"(?<!bongo )\brim\b"),
    ("snare drum", "snare drum, snare, hit", r"snare|\bsnr\b|\bsd\b|\bbrush\b|sabmute"),
    ("kick drum", "kick drum, bass drum, thump, boom", r"\bkick|\bbd\b|bass drum|drum bass"),
    ("tom", "taiko, big drum, drum hit", r"taiko"),
    ("tom", "tom, drum hit, floor tom", r"\btom[hl]?s?\b|timbal|\b[lmh]t\b|menegass"),
    ("hand drum", "timpani, kettle drum, low drum", r"timpani"),
    ("hand drum", "tabla, hand drum, drum", r"tabla"),
    ("hand drum", "conga, bongo, hand drum, drum", r"conga|bongo"),
    ("hand clap", "hand clap, clap, snap", r"^clap$|^cp\b|\bsnap\b"),
    ("shaker", "shaker, maracas, rattle", r"marac|shaker|cabasa|fxshake|\bsh\b(?<!water sh)"),
    ("shaker", "tambourine, jingle, shaker", r"\btamb|\btb\b"),
    ("shaker", "guiro, scrape, ratchet", r"guiro"),
    ("bell", "cowbell, bell, clonk", r"cow ?bell|\bcowb\b|\bcb\b|agogo"),
    ("stick", "clave, wood block, castanets, tock",
     r"clave|\bblock\b|wood ?block|castanet|trimo|electronic wood"),
    ("stick", "sticks, stick hit, click", r"\bsticks?\b|closed slap|vibra slap|^slap$"),
    ("gun reload", "gun reload, weapon loading, cocking a gun, click",
     r"reload|sgcock|dbload|brass eject|no ammo|fire gun empty|^ammo$|weapon change"),
    ("bow", "bow and arrow, twang, arrow shot", r"gun bows|^arrow$"),
    ("laser", "laser gun, laser, zap, pew", r"laserguns|gene sting|^laser\b|heavy laser"),
    ("rocket", "rocket launcher, rocket, missile launch", r"fire gun (rockets|launchers)"),
    ("gun", "acid spit, spit, splat", r"guns acid"),
    ("gun", "machine gun, automatic rifle, gunfire", r"machinegun|automatic rifle|repeater"),
    ("gun", "shotgun, gunshot, blast", r"shotgn|dshtgn|shotguns"),
    ("gun", "gunshot, gun, shot, pistol, rifle, bang", r"fire gun|^pistol$|^gun$"),
    ("rocket", "rocket launch, missile, torpedo, whoosh",
     r"rocket|rlaunc|missile|javelin|sidewinder|launcher|torpedo|seeker|minelayer|mine deploy|"
     r"firsht|manatk|typhoon|tracker|warder"),
    ("explosion", "explosion, boom, blast, bomb",
     r"explosion|atomic|barexp|rxplod|firxpl|\bnuke|bombard|meteor|enemy destroy|cineboom"),
    ("teleport", "teleport, phase jump, warp", r"telept|phase jump"),
    ("hyperdrive", "hyperdrive, spaceship, warp jump, take off",
     r"hyperdrive|jump drive|jump in|jump out|afterburner|scan~|^landing$|takeoff"),
    ("chainsaw", "chainsaw, saw, motor", r"^saw(ful|hit|idl|up)$"),
    ("saw", "sawing, hacksaw, saw", r"hacksaw"),
    ("car", "gear shift, car gears, clunk", r"gear shift"),
    ("helicopter", "helicopter, rotor, chopper", r"^heli$"),
    ("buzz", "electric hum, humming, transformer", r"humming|soft buzz"),
    ("machine", "hydraulics, hiss, pneumatic", r"hydraulics|hydrolics"),
    ("machine", "lift, elevator, platform motor", r"\blift\b|^pst(art|op)$"),
    ("car", "engine, motor, car engine, combustion engine, vroom", r"^engine\b"),
    ("fire", "fire, flames, flamethrower, ignition", r"flame|fire ignition|oxytorch|flamst"),
    ("interface", "interface sound, confirmation, question, notification",
     r"^(confirmation|question|complete)$"),
    ("interface", "interface open, interface close, maximize, minimize, swish",
     r"^interface (open|close)$|maximize|minimize"),
    ("glass smash", "glass clink, ding, glass", r"^interface glass$|glass rub|ambi glass hum"),
    ("electronic blip", "electronic blip, beep, computer, retro",
     r"electronic (blip|beep|blup|ping|plip|flip|pop|twang)"),
    ("bell", "electronic bell, chime, ding", r"electronic (bell|bong|chime|triangle)"),
    ("laser", "plasma gun, energy weapon, science fiction weapon, zap",
     r"blaster|plasma|\bion\b|beam|disruptor|banisher|\bpulse\b|\bproton\b|\bparticle\b|skylance|"
     r"fire lance|piercer|\bbfg\b|detainer|finisher|slicer|attractor|repulsor|grab strike|zapper"),
    ("laser", "shot, shoot, game laser, pew", r"\bshoot\b|^enemy attack$"),
    ("glass smash", "glass smash, breaking glass, shatter, window breaking",
     r"glass|window.*(hit|smash)|smash.*window"),
    ("wood smash", "wood breaking, wooden crash, crack",
     r"smash.*wood|breakwood|smash.*door|^wood$"),
    ("metal smash", "metal clang, metal crash, clank",
     r"smash.*metal|chain link|hit vehicle|\btink\b|clang|percussion impact"),
    ("stone smash", "stone breaking, brick and concrete breaking, crumble",
     r"smash.*(brick|concrete|wall|ceramic)|rock hit|stnmov"),
    ("smash", "smash, crash, break, plastic breaking",
     r"smash|clear obstacle|breaking|^break$|^kill$"),
    ("whip", "whip crack, whip", r"whip"),
    ("whoosh", "whoosh, swoosh, swish", r"woosh|whoosh|swoosh"),
    ("sword swing", "sword swing, sword, swing",
     r"swing|sword|skeswg|melee attack"),
    ("flesh hit", "bite, chomp, crunch", r"\bbite\b"),
    ("flesh hit", "stab, cut, knife, flesh", r"flesh.*(stabbing|cutting)|claw|slop"),
    ("flesh hit", "punch, hit, body impact, thud",
     r"hit flesh|punch|skepch|^hit$|^impact$|vilatk|sgtatk|sklatk|skeatk"),
    ("door open", "car door opening, car door, door", r"vehicle open"),
    ("door close", "car door closing, car door slam, door", r"vehicle close"),
    ("door open", "window opening, curtain, sliding", r"open door window"),
    ("door close", "window closing, curtain, sliding", r"close door window"),
    ("door open", "door opening, creak, creaking door, squeak",
     r"open door|doropn|bdopn|dbopn|^open$"),
    ("door close", "door closing, slam, door slam, shut",
     r"close door|dorcls|bdcls|dbcls|^close$"),
    ("knock", "knock on a door, knocking", r"knock"),
    ("roller coaster", "roller coaster, rattling train, rumble", r"rc roar|coaster"),
    ("siren", "police siren, siren", r"police"),
    ("siren", "siren, alarm, alert", r"siren|alarm|alert|rear beeper"),
    ("whistle", "train whistle, steam whistle, whistle", r"train whistle"),
    ("whistle", "whistle, referee whistle", r"whistle"),
    ("horn", "car horn, horn, honk", r"\bhorn\b"),
    ("bell", "church bell, bell, dong", r"church bell"),
    ("bell", "gong, bong, dong", r"gong|\bbong\b"),
    ("bell", "sleigh bells, chimes, jingle, wind chime", r"sleigh|bell tree|tinker|chime"),
    ("clock", "clock, tick tock, ticking", r"\bclock\b|metronome"),
    ("bell", "bell, ding, triangle, doorbell", r"bell|\bding\b|triangle"),
    ("phone", "geiger counter, clicks, crackle", r"geiger"),
    ("telephone", "telephone, ringtone, ring, beep",
     r"phone|bleep|buzzer|call me|sintonia|sintesis|karinding|sakenointi|^ede$|wooden drive"),
    ("thunder", "thunder, storm, rumble", r"thunder"),
    ("rain", "snow, snowfall, quiet weather", r"snow|flurries"),
    ("rain", "rain, drizzle, rainfall, downpour", r"\brain\b|rainstorm|heavyrain|drizzle"),
    ("insect", "night, crickets, insects", r"\bnight\b"),
    ("wind", "wind, outdoor air, breeze, blowing", r"\bwind\b|weather|environment"),
    ("water", "toilet flush, flush, gurgle", r"flush"),
    ("sea", "sea, ocean, waves, surf", r"\bocean|sea shore"),
    ("bubbles", "bubbles, bubbling, blub", r"bubble"),
    ("splash", "splash, water splash", r"splash"),
    ("drip", "drip, water drop, dripping", r"drip|water ?drop"),
    ("water", "water, stream, running water", r"water|ocean"),
    ("applause", "applause, clapping crowd, audience", r"applause|golf clap"),
    ("crowd", "crowd, laughter, cheering, audience", r"crowd|laughter|group|aww"),
    ("radio static", "radio static, noise, chatter, crackle",
     r"radio|static|news|chatter|vinyl hiss"),
    ("animal", "dinosaur, roar", r"dinosaur"),
    ("dog", "dog, bark, woof, growl", r"\bdogs?\b"),
    ("cat", "cat, meow", r"\bcat\b"),
    ("duck", "duck, quack", r"duck|quack"),
    ("bird", "crow, raven, caw", r"raven|\bcrow\b"),
    ("bird", "bird, chirp, tweet", r"\bbird\b"),
    ("cow", "cow, moo, farm animal", r"\bcow\b"),
    ("horse", "horse, neigh, whinny", r"\bhorse\b"),
    ("sheep", "sheep, baa, bleat", r"\bsheep\b"),
    ("pig", "pig, oink, grunt", r"\bpig\b"),
    ("chicken", "rooster, cock-a-doodle-doo", r"\brooster\b"),
    ("bird", "owl, hoot", r"\bowl\b"),
    ("frog", "frog, croak, ribbit", r"\bfrog\b"),
    ("monster", "monster growl, creature roar, snarl, beast",
     r"^mon |monster|^(podth|posit|bgdth|bgsit|bgact|bspsit|bspact|bspdth|dmact|dmpain|kntdth|"
     r"kntsit|mandth|mansit|mnpain|popain|posact|pepain|pedth|pesit|skedth|skesit|skeact|skldth|"
     r"sgtdth|sgtsit|vipain|boss death)$|^(bos|brs|cac|cyb|spi|ssd|sss|vil|kee)[a-z]{2,3}$|^boss|zombie"),
    ("baby", "baby, crying baby, cry", r"crying"),
    ("scream", "scream, yell, shout", r"scream"),
    ("breath", "breath, breathing, panting, sigh", r"breath|fatigue"),
    ("burp", "burp, belch", r"burp"),
    ("song", "choir, voices, aah", r"choir"),
    ("voice", "human voice, grunt, hurt, ouch, oof",
     r"voice|hurt|ouch|\boof\b|pdiehi|pldeth|plpain|noway|^death$|\bdie\b|end death"),
    ("coin", "coin, money, pickup, cash",
     r"coin|\bgold\b|money|itemup|itmbk|getpow|wpnup|pickup"),
    ("power up", "power up, magic, level up, spell",
     r"power ?up|magic|upgrade|victory|secret|succes|\bwin\b|^cure$"),
    ("game over", "error, wrong, denied, buzz", r"error|wrong"),
    ("game over", "falling, slide whistle, cartoon fall", r"\bfall(ing)?\b"),
    ("game over", "game over, lose, fail, sad", r"game ?over|\blose\b|\bfail\b"),
    ("jump", "jump, boing, spring, cartoon hop", r"\bjump|boing|spring|^land$"),
    ("camera", "camera, camera shutter, shutter click", r"shutter|camera"),
    ("key press", "typewriter, carriage return", r"typewriter"),
    ("pop", "pop, plop, bubble pop", r"^pop$|trash empty|^drop$|^pluck$"),
    ("click", "click, switch, button, user interface, tick",
     r"switch(?!angel)|swtch|click|\btick\b|toggle|mouse|select|rollover|menu|scroll|^back$"),
    ("cymbal", "splash cymbal, cymbal", r"(master studio|drum) splash"),
    ("guitar", "bass, bass guitar, low synthesizer", r"^bass (?!drop)"),
    ("guitar", "violin, strings, fiddle", r"violin|strings"),
    ("guitar", "guitar strum, chord, guitar, strings",
     r"guit|strum|fret|(major|minor|minro)(7b)?( up| down)?$|mangor"),
    ("brass", "orchestral hit, brass, fanfare, trumpet",
     r"\borch|brass|braam|bugle|fanfare|dramatic"),
    ("scratch", "record scratch, scratch, rewind", r"scratch|vinyl (rewind|backspin)"),
    ("robot", "robot, robot voice, machine voice", r"robot"),
    ("glitch", "glitch, digital noise, electronic noise",
     r"glitch|electronic|hack|noise|switchangel"),
    ("drone", "drone, ambience, hum, dark atmosphere",
     r"\bambi\b|drone|lunar land|sauna|rand stream|bass drop"),
    ("tool", "tool, pickaxe, shovel, axe, digging, crunch", r"pickaxe|shovel|axe|tool|crunch"),
    *EVERYDAY_RULES,
    ("game effect", "game sound effect, retro sound, effect", r""),
)  # fmt: skip
_COMPILED = tuple((name, plain, re.compile(pattern)) for name, plain, pattern in RULES)
CATCH_ALL = RULES[-1][0]
UNKNOWN_KIND = RULES[-1][0]
KINDS = tuple(dict.fromkeys(name for name, _, _ in RULES))
CLASSES = tuple(dict.fromkeys(CLASS_OF.get(name, name) for name in KINDS))

# Prefixes that name a drum machine and not the sound ("cr" is also short for crash).
_PREFIXES = {"oramics": re.compile(r"^(cr|lm|mrk|tr tr) ")}
# Doubts about the source of a sound, which do not describe the sound.
_REMARK = re.compile(r" *\((author|source|file|probably)\b[^)]*\)")
# Kenney's interface sets call a window's sound "open", "close" or "glass".
_INTERFACE_SOURCE = "Kenney (Calinou"

# Real recordings of mouths → the classes that they stand for, only where that is beyond doubt:
# noises that mean something else, and voices that are just what they sound like.
_STEPS = ("footstep", "footstep gravel", "footstep grass", "footstep metal", "footstep water")
_AIRY = ("wind", "rain", "radio static", "hiss")
_SIZZLE = ("hi-hat", "cymbal", "shaker")
MOUTH_CLASSES: dict[str, tuple[str, ...]] = {
    "trot (mouth)": _STEPS,
    "clop (mouth)": _STEPS,
    "motorcycle (mouth)": ("engine",),
    "pop (mouth)": ("click",),
    "tss (mouth)": _SIZZLE,
    "hiss (mouth)": _AIRY,
    "shh (mouth)": _AIRY,
    "quiet shush shh": _AIRY,
    "puh (mouth)": ("kick drum",),
    "sexy whistle wow": ("horn",),
}
VOICE_CLASSES: dict[str, tuple[str, ...]] = {
    "scream pain man": ("voice",),
    "scream girl afraid frightened": ("voice",),
    "speech ferals female scream": ("voice",),
    "speech ferals male scream": ("voice",),
    "shock gasp": ("voice",),
    "aww pity moan audience": ("crowd",),
    "mon death zombie death zombie death": ("monster",),
    "speech zombie speech zombie groan": ("monster",),
    "berd berd": ("animal",),
    "cheep ch": ("animal",),
}
# More of them, whose class is as plain, for judging how sure the ears may be.
FURTHER_CLASSES: dict[str, tuple[str, ...]] = {
    "fff (mouth)": _AIRY,
    "thh (mouth)": _AIRY,
    "reverse pop (mouth)": ("click",),
    "tsk (mouth)": ("click",),
    "horse (mouth)": ("animal",),
    "berd beg": ("animal",),
    "cough": ("voice",),
    "snore loop": ("voice",),
    "moan eeeyye guy": ("voice",),
    "laughter cute": ("voice", "crowd"),
    "evil laughter": ("voice", "crowd"),
    "deal damage hurt m hurt m": ("voice",),
    "deal damage hurt f hurt f": ("voice",),
    "speech ferals creepy laugh": ("voice", "crowd"),
    "speech ferals die scream": ("voice",),
    "speech ferals female anguish heavy breathing": ("voice",),
    "speech ferals female mad whisper": ("voice",),
    "speech ferals male heavy breathing": ("voice",),
    "speech ferals male mumbling": ("voice",),
    "speech ferals male scared heavy breathing": ("voice",),
    "speech ferals old man hesitant ranbling": ("voice",),
}
# Recordings of people that imitate, by what they say of themselves: for teaching, not for judging.
PEOPLE_KINDS: dict[str, tuple[str, ...]] = {
    "cat meow": ("cat",),
    "pig": ("pig",),
    "monkey": ("monkey",),
    "mouse": ("mouse",),
    "vulture": ("bird",),
    "yak": ("cow",),
    "animal": ("animal", "dog", "cat", "cow", "lion", "sheep", "bird", "pig"),
    "animals": ("animal", "dog", "cat", "cow", "lion", "sheep", "bird", "pig"),
    "laugh evil": ("laugh",),
    "undead moan": ("monster",),
    "lip bubbling": ("bubbles",),
    "mouth bubbles": ("bubbles",),
    "mouth pop": ("pop",),
    "sung note": ("voice", "song"),
    "vocal buzz": ("insect", "buzz"),
    "vocal hum": ("drone", "voice"),
}


def sound_kind(label: str, source: str = "") -> str:
    """The kind of a label ("dog"); "game effect" where no rule knows better."""
    return _match(label, source)[0]


def sound_class(label: str, source: str = "") -> str:
    """The class that the label's kind belongs to ("animal"): what evaluation compares by."""
    kind = sound_kind(label, source)
    return CLASS_OF.get(kind, kind)


def words(label: str, source: str = "") -> str:
    """Plain words for a label, comma-separated: what a user would type."""
    return _match(label, source)[1]


def _match(label: str, source: str) -> tuple[str, str]:
    text = _REMARK.sub("", label.lower())
    for start, prefix in _PREFIXES.items():
        if source.startswith(start):
            text = prefix.sub("", text)
    if source.startswith(_INTERFACE_SOURCE) and text in ("open", "close", "glass"):
        text = f"interface {text}"
    # The last rule matches everything.
    return next((name, plain) for name, plain, pattern in _COMPILED if pattern.search(text))
