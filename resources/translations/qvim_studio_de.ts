<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
 <context>
  <name>AboutDialog</name>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
 </context>
 <context>
  <name>Actions</name>
  <message>
   <source>&amp;Edit</source>
   <translation>&amp;Bearbeiten</translation>
  </message>
  <message>
   <source>&amp;File</source>
   <translation>&amp;Datei</translation>
  </message>
  <message>
   <source>&amp;Generate</source>
   <translation>&amp;Erzeugen</translation>
  </message>
  <message>
   <source>&amp;Help</source>
   <translation>&amp;Hilfe</translation>
  </message>
  <message>
   <source>&amp;Listen</source>
   <translation>&amp;Wiedergabe</translation>
  </message>
  <message>
   <source>&amp;Sound</source>
   <translation>&amp;Sound</translation>
  </message>
  <message>
   <source>&amp;Take</source>
   <translation>&amp;Take</translation>
  </message>
  <message>
   <source>&amp;View</source>
   <translation>&amp;Ansicht</translation>
  </message>
  <message>
   <source>1 to 9</source>
   <translation>1 bis 9</translation>
  </message>
  <message>
   <source>About QVIM Studio</source>
   <translation>Über QVIM Studio</translation>
  </message>
  <message>
   <source>Add a heard word to the text, or remove it</source>
   <translation>Ein gehörtes Wort zum Text hinzufügen oder entfernen</translation>
  </message>
  <message>
   <source>Alt+1 to Alt+5</source>
   <translation>Alt+1 bis Alt+5</translation>
  </message>
  <message>
   <source>Begin the part at the cursor</source>
   <translation>Teil am Cursor beginnen</translation>
  </message>
  <message>
   <source>Cancel all</source>
   <translation>Alle abbrechen</translation>
  </message>
  <message>
   <source>Checkpoints…</source>
   <translation>Checkpoints …</translation>
  </message>
  <message>
   <source>Compare blind</source>
   <translation>Blind vergleichen</translation>
  </message>
  <message>
   <source>Compare checkpoints…</source>
   <translation>Checkpoints vergleichen …</translation>
  </message>
  <message>
   <source>Continue this sound</source>
   <translation>Diesen Sound fortsetzen</translation>
  </message>
  <message>
   <source>Continue this sound from the imitation</source>
   <translation>Diesen Sound nach der Imitation fortsetzen</translation>
  </message>
  <message>
   <source>Copy diagnostics</source>
   <translation>Diagnosedaten kopieren</translation>
  </message>
  <message>
   <source>Copy file</source>
   <translation>Datei kopieren</translation>
  </message>
  <message>
   <source>Copy path</source>
   <translation>Pfad kopieren</translation>
  </message>
  <message>
   <source>Curves</source>
   <translation>Kurven</translation>
  </message>
  <message>
   <source>End the part at the cursor</source>
   <translation>Teil am Cursor beenden</translation>
  </message>
  <message>
   <source>Export sample pack…</source>
   <translation>Sample-Pack exportieren …</translation>
  </message>
  <message>
   <source>Find similar sounds</source>
   <translation>Ähnliche Sounds suchen</translation>
  </message>
  <message>
   <source>Fine</source>
   <translation>Fein</translation>
  </message>
  <message>
   <source>Free the generator's memory</source>
   <translation>Speicher des Generators freigeben</translation>
  </message>
  <message>
   <source>Generate</source>
   <translation>Erzeugen</translation>
  </message>
  <message>
   <source>Generate ahead of the queue</source>
   <translation>Vor der Warteschlange erzeugen</translation>
  </message>
  <message>
   <source>Go to the beginning or the end; with Shift, select</source>
   <translation>Zum Anfang oder Ende springen; mit Umschalt auswählen</translation>
  </message>
  <message>
   <source>Guide…</source>
   <translation>Handbuch …</translation>
  </message>
  <message>
   <source>Hands-free</source>
   <translation>Freihändig</translation>
  </message>
  <message>
   <source>Home and End</source>
   <translation>Pos1 und Ende</translation>
  </message>
  <message>
   <source>Keep the microphone open</source>
   <translation>Mikrofon offen halten</translation>
  </message>
  <message>
   <source>Keyboard shortcuts…</source>
   <translation>Tastenkürzel …</translation>
  </message>
  <message>
   <source>Left and Right</source>
   <translation>Links und Rechts</translation>
  </message>
  <message>
   <source>Live sketch</source>
   <translation>Live-Entwurf</translation>
  </message>
  <message>
   <source>Loop</source>
   <translation>Loop</translation>
  </message>
  <message>
   <source>Make a kit from the take</source>
   <translation>Aus dem Take ein Kit erzeugen</translation>
  </message>
  <message>
   <source>Make more like this one</source>
   <translation>Mehr davon erzeugen</translation>
  </message>
  <message>
   <source>Make the missing highs</source>
   <translation>Fehlende Höhen erzeugen</translation>
  </message>
  <message>
   <source>Matched loudness</source>
   <translation>Angeglichene Lautheit</translation>
  </message>
  <message>
   <source>Mix two sounds</source>
   <translation>Zwei Sounds mischen</translation>
  </message>
  <message>
   <source>More settings</source>
   <translation>Mehr Einstellungen</translation>
  </message>
  <message>
   <source>Move the cursor of a waveform</source>
   <translation>Cursor einer Wellenform bewegen</translation>
  </message>
  <message>
   <source>Move to the trash</source>
   <translation>In den Papierkorb verschieben</translation>
  </message>
  <message>
   <source>Next take</source>
   <translation>Nächster Take</translation>
  </message>
  <message>
   <source>Open an imitation…</source>
   <translation>Imitation öffnen …</translation>
  </message>
  <message>
   <source>Open the output folder</source>
   <translation>Ausgabeordner öffnen</translation>
  </message>
  <message>
   <source>Paste an audio file</source>
   <translation>Audiodatei einfügen</translation>
  </message>
  <message>
   <source>Play a candidate</source>
   <translation>Kandidaten abspielen</translation>
  </message>
  <message>
   <source>Play or stop</source>
   <translation>Abspielen oder stoppen</translation>
  </message>
  <message>
   <source>Play or stop the sound</source>
   <translation>Sound abspielen oder stoppen</translation>
  </message>
  <message>
   <source>Play the newest sound</source>
   <translation>Neuesten Sound abspielen</translation>
  </message>
  <message>
   <source>Play the sketch</source>
   <translation>Entwurf abspielen</translation>
  </message>
  <message>
   <source>Previous take</source>
   <translation>Voriger Take</translation>
  </message>
  <message>
   <source>Quit</source>
   <translation>Beenden</translation>
  </message>
  <message>
   <source>Record or stop</source>
   <translation>Aufnehmen oder stoppen</translation>
  </message>
  <message>
   <source>Recording options…</source>
   <translation>Aufnahmeoptionen …</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>Wiederholen</translation>
  </message>
  <message>
   <source>Regenerate the selected part</source>
   <translation>Ausgewählten Teil neu erzeugen</translation>
  </message>
  <message>
   <source>Regenerate the selected part from the imitation</source>
   <translation>Ausgewählten Teil nach der Imitation neu erzeugen</translation>
  </message>
  <message>
   <source>Rename</source>
   <translation>Umbenennen</translation>
  </message>
  <message>
   <source>Restore from the trash</source>
   <translation>Aus dem Papierkorb wiederherstellen</translation>
  </message>
  <message>
   <source>Search the history</source>
   <translation>Verlauf durchsuchen</translation>
  </message>
  <message>
   <source>Select another part besides</source>
   <translation>Weiteren Teil auswählen</translation>
  </message>
  <message>
   <source>Select from the cursor</source>
   <translation>Ab dem Cursor auswählen</translation>
  </message>
  <message>
   <source>Select nothing</source>
   <translation>Nichts auswählen</translation>
  </message>
  <message>
   <source>Settings…</source>
   <translation>Einstellungen …</translation>
  </message>
  <message>
   <source>Shift+Left and Right</source>
   <translation>Umschalt+Links und Rechts</translation>
  </message>
  <message>
   <source>Show everything</source>
   <translation>Alles anzeigen</translation>
  </message>
  <message>
   <source>Show in folder</source>
   <translation>Im Ordner anzeigen</translation>
  </message>
  <message>
   <source>Show the selection</source>
   <translation>Auswahl anzeigen</translation>
  </message>
  <message>
   <source>Sketch</source>
   <translation>Entwurf</translation>
  </message>
  <message>
   <source>Sound like this</source>
   <translation>Wie dieser Sound klingen</translation>
  </message>
  <message>
   <source>Spectrogram</source>
   <translation>Spektrogramm</translation>
  </message>
  <message>
   <source>Standard</source>
   <translation>Standard</translation>
  </message>
  <message>
   <source>Star</source>
   <translation>Als Favorit markieren</translation>
  </message>
  <message>
   <source>Start from this sound</source>
   <translation>Von diesem Sound ausgehen</translation>
  </message>
  <message>
   <source>Stop the current task</source>
   <translation>Laufende Aufgabe stoppen</translation>
  </message>
  <message>
   <source>Switch between A and B</source>
   <translation>Zwischen A und B wechseln</translation>
  </message>
  <message>
   <source>Switch to the imitation</source>
   <translation>Zur Imitation wechseln</translation>
  </message>
  <message>
   <source>Tag</source>
   <translation>Tags vergeben</translation>
  </message>
  <message>
   <source>Trim the silence</source>
   <translation>Stille entfernen</translation>
  </message>
  <message>
   <source>Turn one sound into another</source>
   <translation>Einen Sound in einen anderen verwandeln</translation>
  </message>
  <message>
   <source>Type words</source>
   <translation>Text eingeben</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>Rückgängig</translation>
  </message>
  <message>
   <source>Upscale to 48 kHz</source>
   <translation>Auf 48 kHz hochrechnen</translation>
  </message>
  <message>
   <source>Use the selection</source>
   <translation>Auswahl verwenden</translation>
  </message>
  <message>
   <source>Use the whole take</source>
   <translation>Ganzen Take verwenden</translation>
  </message>
  <message>
   <source>Use this recipe</source>
   <translation>Rezept verwenden</translation>
  </message>
  <message>
   <source>Zoom in</source>
   <translation>Vergrößern</translation>
  </message>
  <message>
   <source>Zoom out</source>
   <translation>Verkleinern</translation>
  </message>
  <message>
   <source>{0} is assigned to both “{1}” and “{2}”.</source>
   <translation>{0} ist sowohl „{1}“ als auch „{2}“ zugewiesen.</translation>
  </message>
 </context>
 <context>
  <name>ArrivedTile</name>
  <message>
   <source>Play sound {0} while it is being made</source>
   <translation>Sound {0} abspielen, während er entsteht</translation>
  </message>
  <message>
   <source>Play sound {0} while the others are being made</source>
   <translation>Sound {0} abspielen, während die übrigen entstehen</translation>
  </message>
 </context>
 <context>
  <name>BlindResult</name>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Keep as notes</source>
   <translation>Als Notizen behalten</translation>
  </message>
  <message>
   <source>Result of the blind comparison</source>
   <translation>Ergebnis des Blindvergleichs</translation>
  </message>
  <message>
   <source>Star the best</source>
   <translation>Besten als Favorit markieren</translation>
  </message>
 </context>
 <context>
  <name>BlindReveal</name>
  <message>
   <source>Blind: rank {0} of {1}</source>
   <translation>Blindvergleich: Rang {0} von {1}</translation>
  </message>
  <message>
   <source>Candidate {0}</source>
   <translation>Kandidat {0}</translation>
  </message>
  <message>
   <source>That would reveal which sound it is. End the blind comparison first (B).</source>
   <translation>Das würde verraten, welcher Sound es ist. Zuerst den Blindvergleich beenden (B).</translation>
  </message>
  <message>
   <source>from {0}</source>
   <translation>Start: {0}</translation>
  </message>
  <message>
   <source>seed</source>
   <translation>Seed</translation>
  </message>
 </context>
 <context>
  <name>CandidateDelegate</name>
  <message>
   <source>Place {0}</source>
   <translation>Rang {0}</translation>
  </message>
  <message>
   <source>fitted  ·  {0}</source>
   <translation>angepasst  ·  {0}</translation>
  </message>
 </context>
 <context>
  <name>CandidatesPanel</name>
  <message>
   <source>All sounds are ranked. Press B to see which is which</source>
   <translation>Alle Sounds haben einen Rang. B löst auf, welcher welcher ist</translation>
  </message>
  <message>
   <source>Candidates</source>
   <translation>Kandidaten</translation>
  </message>
  <message>
   <source>Candidates appear here, best match first. Keys 1 to 9 play them.</source>
   <translation>Hier erscheinen die Kandidaten, der ähnlichste zuerst. Die Tasten 1 bis 9 spielen sie ab.</translation>
  </message>
  <message>
   <source>Compare blind: names and pictures are hidden</source>
   <translation>Blind vergleichen: Namen und Bilder sind verdeckt</translation>
  </message>
  <message>
   <source>Listen at matched loudness</source>
   <translation>Mit angeglichener Lautheit abhören</translation>
  </message>
  <message>
   <source>Listen with 1 to 9, then press S on the best one: rank {0}</source>
   <translation>Mit 1 bis 9 abhören, dann beim besten S drücken: Rang {0}</translation>
  </message>
  <message>
   <source>Live sketch of the settings (not saved)</source>
   <translation>Live-Entwurf der Einstellungen (wird nicht gespeichert)</translation>
  </message>
  <message>
   <source>Not sure what you mean: add a word</source>
   <translation>Nicht eindeutig: ein Wort ergänzen</translation>
  </message>
 </context>
 <context>
  <name>CandidatesView</name>
  <message>
   <source>Rank it next, or clear its rank</source>
   <translation>Nächsten Rang vergeben oder Rang löschen</translation>
  </message>
  <message>
   <source>Remove from the list</source>
   <translation>Aus der Liste entfernen</translation>
  </message>
 </context>
 <context>
  <name>ChannelMeters</name>
  <message>
   <source>Level of every input</source>
   <translation>Pegel aller Eingänge</translation>
  </message>
  <message>
   <source>Level of every input while the microphone is open. Click one to record it</source>
   <translation>Pegel aller Eingänge bei offenem Mikrofon. Ein Klick wählt den Eingang für die Aufnahme</translation>
  </message>
 </context>
 <context>
  <name>CheckpointDialog</name>
  <message>
   <source>A checkpoint is one folder or file. Drop one at a time.</source>
   <translation>Ein Checkpoint ist ein Ordner oder eine Datei. Bitte immer nur einen ablegen.</translation>
  </message>
  <message>
   <source>Add a file…</source>
   <translation>Datei hinzufügen …</translation>
  </message>
  <message>
   <source>Add a folder…</source>
   <translation>Ordner hinzufügen …</translation>
  </message>
  <message>
   <source>Add your own</source>
   <translation>Eigenen hinzufügen</translation>
  </message>
  <message>
   <source>All files (*)</source>
   <translation>Alle Dateien (*)</translation>
  </message>
  <message>
   <source>Checking the files of {0}…</source>
   <translation>Dateien von {0} werden geprüft …</translation>
  </message>
  <message>
   <source>Checkpoints</source>
   <translation>Checkpoints</translation>
  </message>
  <message>
   <source>Checkpoints are the models that make the sounds. Drop a folder or a file here to add your own.</source>
   <translation>Checkpoints sind die Modelle, die die Sounds erzeugen. Einen Ordner oder eine Datei hierher ziehen, um ein eigenes Modell hinzuzufügen.</translation>
  </message>
  <message>
   <source>Choose the file of a checkpoint</source>
   <translation>Datei eines Checkpoints wählen</translation>
  </message>
  <message>
   <source>Choose the folder of a checkpoint</source>
   <translation>Ordner eines Checkpoints wählen</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Convert and add</source>
   <translation>Umwandeln und hinzufügen</translation>
  </message>
  <message>
   <source>Delete {0} from this computer? It can be downloaded again.</source>
   <translation>{0} von diesem Computer löschen? Ein erneuter Download ist möglich.</translation>
  </message>
  <message>
   <source>Delete {0} from this computer? The file that it was made from stays.</source>
   <translation>{0} von diesem Computer löschen? Die Datei, aus der es entstanden ist, bleibt.</translation>
  </message>
  <message>
   <source>Highs for any sound</source>
   <translation>Höhen für jeden Sound</translation>
  </message>
  <message>
   <source>Music</source>
   <translation>Musik</translation>
  </message>
  <message>
   <source>Paused. Download continues from here.</source>
   <translation>Angehalten. Der Download geht von hier aus weiter.</translation>
  </message>
  <message>
   <source>Pickled weights</source>
   <translation>Gewichte im Pickle-Format</translation>
  </message>
  <message>
   <source>Reading {0}…</source>
   <translation>{0} wird gelesen …</translation>
  </message>
  <message>
   <source>Remove</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <source>Remove a checkpoint</source>
   <translation>Checkpoint entfernen</translation>
  </message>
  <message>
   <source>Remove {0} from the list? The folder itself is not changed.</source>
   <translation>{0} aus der Liste entfernen? Der Ordner selbst bleibt unverändert.</translation>
  </message>
  <message>
   <source>Sound effects</source>
   <translation>Soundeffekte</translation>
  </message>
  <message>
   <source>Weights ({0})</source>
   <translation>Gewichte ({0})</translation>
  </message>
  <message>
   <source>offline mode: no downloads</source>
   <translation>Offline-Modus: keine Downloads</translation>
  </message>
  <message>
   <source>{0} holds pickled weights ({1}), a format that can contain programs. They can be converted to safetensors by reading only the tensors, without running anything. Do you trust the source?</source>
   <translation>{0} enthält Gewichte im Pickle-Format ({1}), das auch Programme enthalten kann. Sie lassen sich in Safetensors umwandeln; dabei werden nur die Tensoren gelesen und nichts ausgeführt. Ist die Quelle vertrauenswürdig?</translation>
  </message>
  <message>
   <source>{0} in checkpoints  ·  {1} free on the disk</source>
   <translation>{0} für Checkpoints  ·  {1} auf dem Laufwerk frei</translation>
  </message>
 </context>
 <context>
  <name>CheckpointManager</name>
  <message>
   <source>{0} is installed and verified.</source>
   <translation>{0} ist installiert und geprüft.</translation>
  </message>
  <message>
   <source>{0} is ready to use.</source>
   <translation>{0} ist einsatzbereit.</translation>
  </message>
  <message>
   <source>{0} was removed; {1} MB are free again.</source>
   <translation>{0} wurde entfernt; {1} MB sind wieder frei.</translation>
  </message>
  <message>
   <source>{0}: every file matches the published one.</source>
   <translation>{0}: Alle Dateien stimmen mit den veröffentlichten überein.</translation>
  </message>
 </context>
 <context>
  <name>CheckpointRow</name>
  <message>
   <source>Add voice</source>
   <translation>Stimme ergänzen</translation>
  </message>
  <message>
   <source>Asking the hub for the list of files…</source>
   <translation>Dateiliste wird beim Hub abgefragt …</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Check the files</source>
   <translation>Dateien prüfen</translation>
  </message>
  <message>
   <source>Check, remove</source>
   <translation>Prüfen, entfernen</translation>
  </message>
  <message>
   <source>Comes with the studio  ·  {0}</source>
   <translation>Im Studio enthalten  ·  {0}</translation>
  </message>
  <message>
   <source>Commercial use of the sounds. Licence: {0}</source>
   <translation>Kommerzielle Nutzung der Sounds. Lizenz: {0}</translation>
  </message>
  <message>
   <source>Converting: {0:,.0f} of {1:,.0f} MB  ·  {2:.1f} MB/s</source>
   <translation>Umwandlung: {0:,.0f} von {1:,.0f} MB  ·  {2:.1f} MB/s</translation>
  </message>
  <message>
   <source>Download</source>
   <translation>Herunterladen</translation>
  </message>
  <message>
   <source>Download of {0}</source>
   <translation>Download von {0}</translation>
  </message>
  <message>
   <source>Download the CLAP model that this checkpoint was trained with ({0}), so that it can hear imitations</source>
   <translation>Das CLAP-Modell herunterladen, mit dem dieser Checkpoint trainiert wurde ({0}), damit er Imitationen hören kann</translation>
  </message>
  <message>
   <source>Fits this GPU in mode {0}: about {1:.1f} of {2:.0f} GB</source>
   <translation>Passt auf diese GPU im Modus {0}: etwa {1:.1f} von {2:.0f} GB</translation>
  </message>
  <message>
   <source>Fits this computer (no GPU needed): about {0:.1f} of {1:.0f} GB</source>
   <translation>Passt auf diesen Computer (ohne GPU): etwa {0:.1f} von {1:.0f} GB</translation>
  </message>
  <message>
   <source>In use</source>
   <translation>Aktiv</translation>
  </message>
  <message>
   <source>Installed  ·  {0}</source>
   <translation>Installiert  ·  {0}</translation>
  </message>
  <message>
   <source>Its memory needs are unknown</source>
   <translation>Der Speicherbedarf ist unbekannt</translation>
  </message>
  <message>
   <source>Made from your file  ·  {0}</source>
   <translation>Aus eigener Datei  ·  {0}</translation>
  </message>
  <message>
   <source>More about {0}</source>
   <translation>Mehr zu {0}</translation>
  </message>
  <message>
   <source>Not installed  ·  {0} to download</source>
   <translation>Nicht installiert  ·  {0} herunterzuladen</translation>
  </message>
  <message>
   <source>Pause</source>
   <translation>Anhalten</translation>
  </message>
  <message>
   <source>Remove from the list…</source>
   <translation>Aus der Liste entfernen …</translation>
  </message>
  <message>
   <source>Remove…</source>
   <translation>Entfernen …</translation>
  </message>
  <message>
   <source>Too large for this computer: needs at least {0:.1f} GB</source>
   <translation>Zu groß für diesen Computer: benötigt mindestens {0:.1f} GB</translation>
  </message>
  <message>
   <source>Use</source>
   <translation>Verwenden</translation>
  </message>
  <message>
   <source>Your own folder  ·  {0}</source>
   <translation>Eigener Ordner  ·  {0}</translation>
  </message>
  <message>
   <source>Your own folder, missing or damaged</source>
   <translation>Eigener Ordner, fehlt oder ist beschädigt</translation>
  </message>
  <message>
   <source>adds highs up to {0:g} kHz</source>
   <translation>ergänzt Höhen bis {0:g} kHz</translation>
  </message>
  <message>
   <source>follows your melody</source>
   <translation>folgt der Melodie</translation>
  </message>
  <message>
   <source>hears words only</source>
   <translation>versteht nur Text</translation>
  </message>
  <message>
   <source>hears your voice</source>
   <translation>hört die Stimme</translation>
  </message>
  <message>
   <source>licence unknown</source>
   <translation>Lizenz unbekannt</translation>
  </message>
  <message>
   <source>mono</source>
   <translation>Mono</translation>
  </message>
  <message>
   <source>needs {0:.1f} GB</source>
   <translation>benötigt {0:.1f} GB</translation>
  </message>
  <message>
   <source>not for sale</source>
   <translation>kein Verkauf</translation>
  </message>
  <message>
   <source>sale under conditions</source>
   <translation>Verkauf unter Auflagen</translation>
  </message>
  <message>
   <source>sounds may be sold</source>
   <translation>Verkauf der Sounds erlaubt</translation>
  </message>
  <message>
   <source>starts from your voice</source>
   <translation>geht von der Stimme aus</translation>
  </message>
  <message>
   <source>stereo</source>
   <translation>Stereo</translation>
  </message>
  <message>
   <source>takes words</source>
   <translation>versteht Text</translation>
  </message>
  <message>
   <source>terms to accept first</source>
   <translation>Bedingungen zuerst annehmen</translation>
  </message>
  <message>
   <source>{0:,.0f} of {1:,.0f} MB  ·  {2:.1f} MB/s</source>
   <translation>{0:,.0f} von {1:,.0f} MB  ·  {2:.1f} MB/s</translation>
  </message>
  <message>
   <source>{0} left</source>
   <translation>noch {0}</translation>
  </message>
 </context>
 <context>
  <name>ClipDetails</name>
  <message>
   <source>Add tags to all</source>
   <translation>Tags für alle ergänzen</translation>
  </message>
  <message>
   <source>Copy</source>
   <translation>Kopieren</translation>
  </message>
  <message>
   <source>Copy the whole recipe as text</source>
   <translation>Das ganze Rezept als Text kopieren</translation>
  </message>
  <message>
   <source>Mend</source>
   <translation>Reparieren</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <source>No rating</source>
   <translation>Keine Bewertung</translation>
  </message>
  <message>
   <source>Note</source>
   <translation>Notiz</translation>
  </message>
  <message>
   <source>Rating</source>
   <translation>Bewertung</translation>
  </message>
  <message>
   <source>Tags</source>
   <translation>Tags</translation>
  </message>
  <message>
   <source>Tags, separated by commas</source>
   <translation>Tags, durch Kommas getrennt</translation>
  </message>
  <message>
   <source>Use this recipe</source>
   <translation>Rezept verwenden</translation>
  </message>
  <message>
   <source>Write a copy without this: {0}. The sound itself stays.</source>
   <translation>Eine Kopie ohne diese Mängel schreiben: {0}. Der Sound selbst bleibt.</translation>
  </message>
  <message>
   <source>another sound</source>
   <translation>ein anderer Sound</translation>
  </message>
  <message>
   <source>dd MMM yyyy HH:mm</source>
   <translation>d. MMM yyyy HH:mm</translation>
  </message>
  <message>
   <source>fitted</source>
   <translation>angepasst</translation>
  </message>
  <message>
   <source>from {0}</source>
   <translation>Start: {0}</translation>
  </message>
  <message>
   <source>guidance {0:g}</source>
   <translation>Guidance {0:g}</translation>
  </message>
  <message>
   <source>heard: {0}</source>
   <translation>gehört: {0}</translation>
  </message>
  <message>
   <source>highs added up to {0:.3g} kHz</source>
   <translation>Höhen ergänzt bis {0:.3g} kHz</translation>
  </message>
  <message>
   <source>like {0}</source>
   <translation>wie {0}</translation>
  </message>
  <message>
   <source>my imitation</source>
   <translation>meine Imitation</translation>
  </message>
  <message>
   <source>pure noise</source>
   <translation>reines Rauschen</translation>
  </message>
  <message>
   <source>real up to {0:.3g} kHz</source>
   <translation>echt bis {0:.3g} kHz</translation>
  </message>
  <message>
   <source>seed</source>
   <translation>Seed</translation>
  </message>
  <message>
   <source>{0:.0f} % of it replaced</source>
   <translation>davon {0:.0f} % ersetzt</translation>
  </message>
  <message>
   <source>{0:.0f} % text</source>
   <translation>{0:.0f} % Text</translation>
  </message>
  <message>
   <source>{0:.0f} % tight</source>
   <translation>{0:.0f} % eng</translation>
  </message>
  <message>
   <source>{0} sounds, {1} in all</source>
   <translation>{0} Sounds, zusammen {1}</translation>
  </message>
  <message>
   <source>{0} steps</source>
   <translation>{0} Schritte</translation>
  </message>
 </context>
 <context>
  <name>ClipListModel</name>
  <message>
   <source>A real sound that follows your voice</source>
   <translation>Ein echter Sound, der der Stimme folgt</translation>
  </message>
  <message>
   <source>Candidate</source>
   <translation>Kandidat</translation>
  </message>
  <message>
   <source>Click to listen, drag into your DAW</source>
   <translation>Anklicken zum Abhören, in die DAW ziehen</translation>
  </message>
  <message>
   <source>dd MMM</source>
   <translation>d. MMM</translation>
  </message>
  <message>
   <source>dd MMM yyyy</source>
   <translation>d. MMM yyyy</translation>
  </message>
  <message>
   <source>fitted</source>
   <translation>angepasst</translation>
  </message>
  <message>
   <source>starred</source>
   <translation>Favorit</translation>
  </message>
 </context>
 <context>
  <name>ClipListView</name>
  <message>
   <source>Remove star</source>
   <translation>Favorit aufheben</translation>
  </message>
 </context>
 <context>
  <name>CompareActions</name>
  <message>
   <source>Record an imitation or type a few words first, then compare.</source>
   <translation>Zuerst eine Imitation aufnehmen oder ein paar Wörter eingeben, dann vergleichen.</translation>
  </message>
  <message>
   <source>There is only one checkpoint. Get another under File, Checkpoints…</source>
   <translation>Es gibt nur einen Checkpoint. Weitere gibt es unter Datei, Checkpoints …</translation>
  </message>
 </context>
 <context>
  <name>CompareDialog</name>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Compare checkpoints</source>
   <translation>Checkpoints vergleichen</translation>
  </message>
  <message>
   <source>Generate</source>
   <translation>Erzeugen</translation>
  </message>
  <message>
   <source>The same voice, words and seed with each; then listen, or compare blind (B).</source>
   <translation>Gleiche Stimme, gleicher Text, gleicher Seed mit jedem; danach abhören oder blind vergleichen (B).</translation>
  </message>
 </context>
 <context>
  <name>CrashDialog</name>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Copy diagnostics</source>
   <translation>Diagnosedaten kopieren</translation>
  </message>
 </context>
 <context>
  <name>DetailFields</name>
  <message>
   <source>Default</source>
   <translation>Vorgabe</translation>
  </message>
  <message>
   <source>Fitted sounds</source>
   <translation>Angepasste Sounds</translation>
  </message>
  <message>
   <source>Guidance</source>
   <translation>Guidance</translation>
  </message>
  <message>
   <source>Highs</source>
   <translation>Höhen</translation>
  </message>
  <message>
   <source>How much of the starting sound is replaced; 100 % keeps nothing of it</source>
   <translation>Wie viel vom Ausgangssound ersetzt wird; bei 100 % bleibt nichts davon</translation>
  </message>
  <message>
   <source>How strictly the sound follows voice and words</source>
   <translation>Wie streng der Sound der Stimme und dem Text folgt</translation>
  </message>
  <message>
   <source>Loop</source>
   <translation>Loop</translation>
  </message>
  <message>
   <source>More steps: finer and slower</source>
   <translation>Mehr Schritte: feiner und langsamer</translation>
  </message>
  <message>
   <source>Not</source>
   <translation>Ohne</translation>
  </message>
  <message>
   <source>Pauses</source>
   <translation>Pausen</translation>
  </message>
  <message>
   <source>Real sounds shaped to follow your voice, beside the generated ones</source>
   <translation>Echte Sounds, die an die Stimme angepasst werden, zusätzlich zu den erzeugten</translation>
  </message>
  <message>
   <source>Seamless</source>
   <translation>Nahtlos</translation>
  </message>
  <message>
   <source>Silences the sound wherever your voice pauses</source>
   <translation>Schaltet den Sound stumm, wo die Stimme pausiert</translation>
  </message>
  <message>
   <source>Silent</source>
   <translation>Stumm</translation>
  </message>
  <message>
   <source>Start strength</source>
   <translation>Startstärke</translation>
  </message>
  <message>
   <source>Steps</source>
   <translation>Schritte</translation>
  </message>
  <message>
   <source>The sound repeats without a click: its end leads to its start</source>
   <translation>Der Sound wiederholt sich ohne Knacken: Sein Ende führt in seinen Anfang</translation>
  </message>
  <message>
   <source>music, speech</source>
   <translation>music, speech</translation>
  </message>
 </context>
 <context>
  <name>DeviceBox</name>
  <message>
   <source>Input {0}</source>
   <translation>Eingang {0}</translation>
  </message>
  <message>
   <source>Mix of all inputs</source>
   <translation>Mix aller Eingänge</translation>
  </message>
  <message>
   <source>{0} (not connected)</source>
   <translation>{0} (nicht angeschlossen)</translation>
  </message>
  <message>
   <source>{0} (not there)</source>
   <translation>{0} (nicht vorhanden)</translation>
  </message>
 </context>
 <context>
  <name>EditActions</name>
  <message>
   <source>Choose a candidate or a sound from the history first.</source>
   <translation>Zuerst einen Kandidaten oder einen Sound aus dem Verlauf wählen.</translation>
  </message>
  <message>
   <source>No part of a sound is selected. Choose a candidate or a sound from the history, then drag over its waveform below the imitation's. Hold Shift and drag to select one more part.</source>
   <translation>Kein Teil eines Sounds ist ausgewählt. Einen Kandidaten oder einen Sound aus dem Verlauf wählen und über seine Wellenform unter der Imitation ziehen. Mit gedrückter Umschalttaste lässt sich ein weiterer Teil auswählen.</translation>
  </message>
  <message>
   <source>The imitation ends before this part begins, so it is used from its start.</source>
   <translation>Die Imitation endet, bevor dieser Teil beginnt, und wird daher ab ihrem Anfang verwendet.</translation>
  </message>
  <message>
   <source>There is no imitation. Record what should go there, then try again.</source>
   <translation>Es gibt keine Imitation. Aufnehmen, was dort klingen soll, dann erneut versuchen.</translation>
  </message>
  <message>
   <source>There is no sound to continue. Choose a candidate or a sound from the history first.</source>
   <translation>Es gibt keinen Sound zum Fortsetzen. Zuerst einen Kandidaten oder einen Sound aus dem Verlauf wählen.</translation>
  </message>
  <message>
   <source>This checkpoint cannot continue sounds. Choose another one.</source>
   <translation>Dieser Checkpoint kann Sounds nicht fortsetzen. Bitte einen anderen wählen.</translation>
  </message>
  <message>
   <source>This checkpoint cannot mix two sounds. Choose another one.</source>
   <translation>Dieser Checkpoint kann keine zwei Sounds mischen. Bitte einen anderen wählen.</translation>
  </message>
  <message>
   <source>This checkpoint cannot regenerate part of a sound. Choose another one, or continue the sound instead.</source>
   <translation>Dieser Checkpoint kann Teile eines Sounds nicht neu erzeugen. Bitte einen anderen wählen oder den Sound stattdessen fortsetzen.</translation>
  </message>
  <message>
   <source>This checkpoint makes no highs by themselves. Choose another one.</source>
   <translation>Dieser Checkpoint erzeugt keine einzelnen Höhen. Bitte einen anderen wählen.</translation>
  </message>
 </context>
 <context>
  <name>EncoderField</name>
  <message>
   <source>Hears your voice before the checkpoint makes a sound of it</source>
   <translation>Hört die Stimme, bevor der Checkpoint daraus einen Sound macht</translation>
  </message>
  <message>
   <source>Imported encoders appear here once an adapter understands them</source>
   <translation>Importierte Encoder erscheinen hier, sobald ein Adapter sie versteht</translation>
  </message>
  <message>
   <source>Not offered, because no adapter of this checkpoint understands them: {0}</source>
   <translation>Nicht angeboten, weil kein Adapter dieses Checkpoints sie versteht: {0}</translation>
  </message>
  <message>
   <source>The checkpoint's own</source>
   <translation>Der des Checkpoints</translation>
  </message>
  <message>
   <source>This checkpoint hears without an encoder</source>
   <translation>Dieser Checkpoint hört ohne Encoder</translation>
  </message>
  <message>
   <source>“{0}” was removed; the encoder shown is used instead</source>
   <translation>„{0}“ wurde entfernt; stattdessen wird der angezeigte Encoder verwendet</translation>
  </message>
 </context>
 <context>
  <name>ExampleChips</name>
  <message>
   <source>No microphone at hand? Try</source>
   <translation>Kein Mikrofon zur Hand? Zum Probieren:</translation>
  </message>
 </context>
 <context>
  <name>Examples</name>
  <message>
   <source>Chainsaw: rrr</source>
   <translation>Kettensäge: rrr</translation>
  </message>
  <message>
   <source>Dog: woof woof</source>
   <translation>Hund: wuff wuff</translation>
  </message>
  <message>
   <source>Explosion: boom</source>
   <translation>Explosion: bumm</translation>
  </message>
  <message>
   <source>Impact: thud</source>
   <translation>Aufprall: wumm</translation>
  </message>
  <message>
   <source>Monster: a burp</source>
   <translation>Monster: ein Rülpser</translation>
  </message>
  <message>
   <source>Scream: aah</source>
   <translation>Schrei: aah</translation>
  </message>
  <message>
   <source>Thunder: krrum</source>
   <translation>Donner: krrum</translation>
  </message>
  <message>
   <source>Tom drum: dum</source>
   <translation>Tom: dum</translation>
  </message>
 </context>
 <context>
  <name>ExportCard</name>
  <message>
   <source>As it is</source>
   <translation>Unverändert</translation>
  </message>
  <message>
   <source>Bit depth</source>
   <translation>Bittiefe</translation>
  </message>
  <message>
   <source>Both are part of every file name of a sample pack</source>
   <translation>Beides steht in jedem Dateinamen eines Sample-Packs</translation>
  </message>
  <message>
   <source>Creator</source>
   <translation>Urheber</translation>
  </message>
  <message>
   <source>Sample rate</source>
   <translation>Samplerate</translation>
  </message>
  <message>
   <source>Source</source>
   <translation>Quelle</translation>
  </message>
  <message>
   <source>project or library</source>
   <translation>Projekt oder Sammlung</translation>
  </message>
  <message>
   <source>you, or your label</source>
   <translation>Name oder Label</translation>
  </message>
  <message>
   <source>{0} bit</source>
   <translation>{0} Bit</translation>
  </message>
 </context>
 <context>
  <name>Figures</name>
  <message>
   <source>{0} hours</source>
   <translation>{0} Stunden</translation>
  </message>
  <message>
   <source>{0} minutes</source>
   <translation>{0} Minuten</translation>
  </message>
 </context>
 <context>
  <name>FileOpener</name>
  <message>
   <source>Add to My sounds</source>
   <translation>Zu Meine Sounds hinzufügen</translation>
  </message>
  <message>
   <source>All files (*)</source>
   <translation>Alle Dateien (*)</translation>
  </message>
  <message>
   <source>One sound was added as a take.</source>
   <translation>Ein Sound wurde als Take hinzugefügt.</translation>
  </message>
  <message>
   <source>Only files on this computer can be opened. Save the sound, then drop its file.</source>
   <translation>Nur Dateien auf diesem Computer lassen sich öffnen. Den Sound speichern und dann die Datei ablegen.</translation>
  </message>
  <message>
   <source>Open imitations</source>
   <translation>Imitationen öffnen</translation>
  </message>
  <message>
   <source>Sounds and videos ({0})</source>
   <translation>Sounds und Videos ({0})</translation>
  </message>
  <message>
   <source>{0} and {1} more are folders. Your voice can find their sounds.</source>
   <translation>{0} und {1} weitere sind Ordner. Mit der Stimme lassen sich ihre Sounds finden.</translation>
  </message>
  <message>
   <source>{0} and {1} more are not sound files and were skipped.</source>
   <translation>{0} und {1} weitere sind keine Audiodateien und wurden übersprungen.</translation>
  </message>
  <message>
   <source>{0} is a folder. Your voice can find its sounds.</source>
   <translation>{0} ist ein Ordner. Mit der Stimme lassen sich seine Sounds finden.</translation>
  </message>
  <message>
   <source>{0} is not a sound file and was skipped.</source>
   <translation>{0} ist keine Audiodatei und wurde übersprungen.</translation>
  </message>
  <message>
   <source>{0} sounds were added as takes: PgUp and PgDown move between them.</source>
   <translation>{0} Sounds wurden als Takes hinzugefügt: Bild aufwärts und Bild abwärts wechseln zwischen ihnen.</translation>
  </message>
 </context>
 <context>
  <name>FormingPicture</name>
  <message>
   <source>The sound as it forms</source>
   <translation>Der Sound, wie er entsteht</translation>
  </message>
 </context>
 <context>
  <name>GivenChip</name>
  <message>
   <source>Drop a sound here</source>
   <translation>Sound hier ablegen</translation>
  </message>
  <message>
   <source>Sound like this</source>
   <translation>Wie dieser Sound klingen</translation>
  </message>
  <message>
   <source>Sounds like: {0}</source>
   <translation>Klingt wie: {0}</translation>
  </message>
  <message>
   <source>Start from this sound</source>
   <translation>Von diesem Sound ausgehen</translation>
  </message>
  <message>
   <source>Starts from: {0}</source>
   <translation>Ausgangspunkt: {0}</translation>
  </message>
  <message>
   <source>{0}. Click, or press Delete, to remove it.</source>
   <translation>{0}. Klick oder Entf entfernt die Vorgabe.</translation>
  </message>
 </context>
 <context>
  <name>GivenSoundReader</name>
  <message>
   <source>“{0}”, which the sounds should resemble, is no longer in {1}: choose it again, or choose another sound.</source>
   <translation>„{0}“, dem die Sounds ähneln sollen, liegt nicht mehr in {1}. Bitte neu wählen oder einen anderen Sound nehmen.</translation>
  </message>
  <message>
   <source>“{0}”, which the sounds started from, is no longer in {1}: choose it again, or choose another sound.</source>
   <translation>„{0}“, von dem die Sounds ausgingen, liegt nicht mehr in {1}. Bitte neu wählen oder einen anderen Sound nehmen.</translation>
  </message>
 </context>
 <context>
  <name>GuideDialog</name>
  <message>
   <source>Guide</source>
   <translation>Handbuch</translation>
  </message>
  <message>
   <source>Page</source>
   <translation>Seite</translation>
  </message>
  <message>
   <source>Pages</source>
   <translation>Seiten</translation>
  </message>
 </context>
 <context>
  <name>Header</name>
  <message>
   <source>Checkpoint: {0}</source>
   <translation>Checkpoint: {0}</translation>
  </message>
  <message>
   <source>Settings</source>
   <translation>Einstellungen</translation>
  </message>
  <message>
   <source>What makes the sounds: {0}</source>
   <translation>Was die Sounds erzeugt: {0}</translation>
  </message>
  <message>
   <source>commercial use</source>
   <translation>kommerzielle Nutzung</translation>
  </message>
  <message>
   <source>commercial use with conditions</source>
   <translation>kommerzielle Nutzung unter Auflagen</translation>
  </message>
  <message>
   <source>no commercial use</source>
   <translation>keine kommerzielle Nutzung</translation>
  </message>
 </context>
 <context>
  <name>HelpActions</name>
  <message>
   <source>The diagnostics are in the clipboard: paste them into your report.</source>
   <translation>Die Diagnosedaten sind in der Zwischenablage und können in den Fehlerbericht eingefügt werden.</translation>
  </message>
 </context>
 <context>
  <name>HelpDialogs</name>
  <message>
   <source>About QVIM Studio</source>
   <translation>Über QVIM Studio</translation>
  </message>
  <message>
   <source>Libraries</source>
   <translation>Programmbibliotheken</translation>
  </message>
  <message>
   <source>The last session ended unexpectedly</source>
   <translation>Die letzte Sitzung wurde unerwartet beendet</translation>
  </message>
  <message>
   <source>Version {0}. Imitate a sound with your voice and get sounds you can use. Everything stays on your computer. Apache License 2.0.</source>
   <translation>Version {0}. Einen Sound mit der Stimme imitieren und brauchbare Sounds erhalten. Alles bleibt auf diesem Computer. Apache License 2.0.</translation>
  </message>
  <message>
   <source>Your takes and sounds are safe on disk: press PgUp for earlier takes; the sounds are in the history. To report the problem, copy the diagnostics; they contain no sounds and none of your texts.</source>
   <translation>Takes und Sounds liegen sicher auf dem Laufwerk: Bild aufwärts führt zu früheren Takes, die Sounds stehen im Verlauf. Um das Problem zu melden, die Diagnosedaten kopieren; sie enthalten weder Sounds noch eingegebene Texte.</translation>
  </message>
 </context>
 <context>
  <name>HighsBox</name>
  <message>
   <source>Adds the high frequencies that the model does not produce</source>
   <translation>Ergänzt die hohen Frequenzen, die das Modell nicht liefert</translation>
  </message>
  <message>
   <source>None</source>
   <translation>Keine</translation>
  </message>
  <message>
   <source>Quick</source>
   <translation>Schnell</translation>
  </message>
  <message>
   <source>Replaces all high frequencies; slow without a GPU</source>
   <translation>Ersetzt alle hohen Frequenzen; ohne GPU langsam</translation>
  </message>
  <message>
   <source>The checkpoint itself reaches {0:g} kHz: no highs are added</source>
   <translation>Der Checkpoint reicht selbst bis {0:g} kHz: Höhen werden nicht ergänzt</translation>
  </message>
  <message>
   <source>{0} (not installed)</source>
   <translation>{0} (nicht installiert)</translation>
  </message>
 </context>
 <context>
  <name>HistoryController</name>
  <message>
   <source>One sound deleted.</source>
   <translation>Ein Sound gelöscht.</translation>
  </message>
  <message>
   <source>One sound is</source>
   <translation>Ein Sound liegt</translation>
  </message>
  <message>
   <source>One sound is in the trash.</source>
   <translation>Ein Sound liegt im Papierkorb.</translation>
  </message>
  <message>
   <source>Redone: {0}.</source>
   <translation>Wiederholt: {0}.</translation>
  </message>
  <message>
   <source>The sound was moved to the trash and stays there for 30 days. Press Ctrl+Z to restore it.</source>
   <translation>Der Sound liegt jetzt im Papierkorb und bleibt dort 30 Tage. Strg+Z stellt ihn wieder her.</translation>
  </message>
  <message>
   <source>The sound was removed from the candidates; its file stays. Press Ctrl+Z to restore it.</source>
   <translation>Der Sound wurde aus den Kandidaten entfernt; die Datei bleibt. Strg+Z stellt ihn wieder her.</translation>
  </message>
  <message>
   <source>Undone: {0}.</source>
   <translation>Rückgängig gemacht: {0}.</translation>
  </message>
  <message>
   <source>delete</source>
   <translation>löschen</translation>
  </message>
  <message>
   <source>note</source>
   <translation>mit einer Notiz versehen</translation>
  </message>
  <message>
   <source>rate</source>
   <translation>bewerten</translation>
  </message>
  <message>
   <source>remove star</source>
   <translation>aus den Favoriten entfernen</translation>
  </message>
  <message>
   <source>rename</source>
   <translation>umbenennen</translation>
  </message>
  <message>
   <source>restore</source>
   <translation>wiederherstellen</translation>
  </message>
  <message>
   <source>star</source>
   <translation>als Favorit markieren</translation>
  </message>
  <message>
   <source>tag</source>
   <translation>mit Tags versehen</translation>
  </message>
  <message>
   <source>{0} in {1} now.</source>
   <translation>{0} jetzt in {1}.</translation>
  </message>
  <message>
   <source>{0} sounds</source>
   <translation>{0} Sounds</translation>
  </message>
  <message>
   <source>{0} sounds are</source>
   <translation>{0} Sounds liegen</translation>
  </message>
  <message>
   <source>{0} sounds are in the trash.</source>
   <translation>{0} Sounds liegen im Papierkorb.</translation>
  </message>
  <message>
   <source>{0} sounds deleted.</source>
   <translation>{0} Sounds gelöscht.</translation>
  </message>
  <message>
   <source>{0} sounds were moved to the trash and stay there for 30 days. Press Ctrl+Z to restore them.</source>
   <translation>{0} Sounds liegen jetzt im Papierkorb und bleiben dort 30 Tage. Strg+Z stellt sie wieder her.</translation>
  </message>
  <message>
   <source>{0} sounds were removed from the candidates; their files stay. Press Ctrl+Z to restore them.</source>
   <translation>{0} Sounds wurden aus den Kandidaten entfernt; die Dateien bleiben. Strg+Z stellt sie wieder her.</translation>
  </message>
  <message>
   <source>{0} {1}</source>
   <translation>{1} {0}</translation>
  </message>
  <message>
   <source>“{0}”</source>
   <translation>„{0}“</translation>
  </message>
 </context>
 <context>
  <name>HistoryPanel</name>
  <message>
   <source>Best match</source>
   <translation>Ähnlichste</translation>
  </message>
  <message>
   <source>Checkpoint</source>
   <translation>Checkpoint</translation>
  </message>
  <message>
   <source>Duplicates</source>
   <translation>Dubletten</translation>
  </message>
  <message>
   <source>Everything you generate is kept here. Drag any clip into your DAW.</source>
   <translation>Alles Erzeugte bleibt hier erhalten. Jeder Clip lässt sich in die DAW ziehen.</translation>
  </message>
  <message>
   <source>History</source>
   <translation>Verlauf</translation>
  </message>
  <message>
   <source>Licence</source>
   <translation>Lizenz</translation>
  </message>
  <message>
   <source>Longest</source>
   <translation>Längste</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <source>Newest</source>
   <translation>Neueste</translation>
  </message>
  <message>
   <source>Nothing matches. Remove a filter or search for fewer words.</source>
   <translation>Keine Treffer. Einen Filter entfernen oder nach weniger Wörtern suchen.</translation>
  </message>
  <message>
   <source>Oldest</source>
   <translation>Älteste</translation>
  </message>
  <message>
   <source>Order</source>
   <translation>Reihenfolge</translation>
  </message>
  <message>
   <source>Rating</source>
   <translation>Bewertung</translation>
  </message>
  <message>
   <source>Search the history</source>
   <translation>Verlauf durchsuchen</translation>
  </message>
  <message>
   <source>Search words, tags, dates…</source>
   <translation>Wörter, Tags, Datum suchen …</translation>
  </message>
  <message>
   <source>Show duplicates</source>
   <translation>Dubletten anzeigen</translation>
  </message>
  <message>
   <source>Show the trash</source>
   <translation>Papierkorb anzeigen</translation>
  </message>
  <message>
   <source>Starred only</source>
   <translation>Nur Favoriten</translation>
  </message>
  <message>
   <source>There is nothing here.</source>
   <translation>Hier ist nichts.</translation>
  </message>
  <message>
   <source>Trash</source>
   <translation>Papierkorb</translation>
  </message>
  <message>
   <source>‹ Back from: {0}</source>
   <translation>‹ Zurück von: {0}</translation>
  </message>
 </context>
 <context>
  <name>ImitationPanel</name>
  <message>
   <source>Drag to select a part; then drag it out, or regenerate it</source>
   <translation>Durch Ziehen einen Teil auswählen, dann herausziehen oder neu erzeugen</translation>
  </message>
  <message>
   <source>Get ready…</source>
   <translation>Bereit machen …</translation>
  </message>
  <message>
   <source>Imitate a sound with your voice</source>
   <translation>Einen Sound mit der Stimme imitieren</translation>
  </message>
  <message>
   <source>Listening</source>
   <translation>Hört zu</translation>
  </message>
  <message>
   <source>Opening the microphone…</source>
   <translation>Mikrofon wird geöffnet …</translation>
  </message>
  <message>
   <source>Press R to record, or drop an audio file here</source>
   <translation>R startet die Aufnahme; oder eine Audiodatei hier ablegen</translation>
  </message>
  <message>
   <source>Recording</source>
   <translation>Aufnahme läuft</translation>
  </message>
  <message>
   <source>Waveform of the chosen candidate</source>
   <translation>Wellenform des gewählten Kandidaten</translation>
  </message>
  <message>
   <source>Waveform of the imitation</source>
   <translation>Wellenform der Imitation</translation>
  </message>
 </context>
 <context>
  <name>KitController</name>
  <message>
   <source>Found {0} sounds in the take. The kit is written when all of them are finished.</source>
   <translation>{0} Sounds im Take gefunden. Das Kit wird geschrieben, sobald alle fertig sind.</translation>
  </message>
  <message>
   <source>The kit was canceled. The sounds finished so far are in the history.</source>
   <translation>Das Kit wurde abgebrochen. Die bisher fertigen Sounds liegen im Verlauf.</translation>
  </message>
 </context>
 <context>
  <name>LevelMeter</name>
  <message>
   <source>Input level</source>
   <translation>Eingangspegel</translation>
  </message>
 </context>
 <context>
  <name>LibraryPanel</name>
  <message>
   <source>Delete</source>
   <translation>Löschen</translation>
  </message>
  <message>
   <source>Delete one sound and its file now? This cannot be undone.</source>
   <translation>Einen Sound samt Datei jetzt löschen? Das lässt sich nicht rückgängig machen.</translation>
  </message>
  <message>
   <source>Delete {0} sounds and their files now? This cannot be undone.</source>
   <translation>{0} Sounds samt Dateien jetzt löschen? Das lässt sich nicht rückgängig machen.</translation>
  </message>
  <message>
   <source>Empty the trash</source>
   <translation>Papierkorb leeren</translation>
  </message>
  <message>
   <source>Empty the trash…</source>
   <translation>Papierkorb leeren …</translation>
  </message>
  <message>
   <source>Find the lost folder {0}…</source>
   <translation>Verlorenen Ordner {0} suchen …</translation>
  </message>
  <message>
   <source>History</source>
   <translation>Verlauf</translation>
  </message>
  <message>
   <source>More</source>
   <translation>Mehr</translation>
  </message>
  <message>
   <source>More about the library</source>
   <translation>Mehr zur Bibliothek</translation>
  </message>
  <message>
   <source>Move all clips to another folder…</source>
   <translation>Alle Clips in einen anderen Ordner verschieben …</translation>
  </message>
  <message>
   <source>My sounds</source>
   <translation>Meine Sounds</translation>
  </message>
  <message>
   <source>Open the folder with all results</source>
   <translation>Den Ordner mit allen Ergebnissen öffnen</translation>
  </message>
  <message>
   <source>Open the output folder</source>
   <translation>Ausgabeordner öffnen</translation>
  </message>
  <message>
   <source>Where is the folder {0} now?</source>
   <translation>Wo liegt der Ordner {0} jetzt?</translation>
  </message>
  <message>
   <source>Where should all clips lie?</source>
   <translation>Wo sollen alle Clips liegen?</translation>
  </message>
 </context>
 <context>
  <name>LiveSketch</name>
  <message>
   <source>A sketch needs a take or a few words</source>
   <translation>Ein Entwurf braucht einen Take oder ein paar Wörter</translation>
  </message>
  <message>
   <source>No sketch could be made</source>
   <translation>Kein Entwurf möglich</translation>
  </message>
  <message>
   <source>Sketching…</source>
   <translation>Entwurf entsteht …</translation>
  </message>
 </context>
 <context>
  <name>LongJobQuestion</name>
  <message>
   <source>A part of the imitation, fewer variations or fewer steps take less time.</source>
   <translation>Ein Teil der Imitation, weniger Varianten oder weniger Schritte sparen Zeit.</translation>
  </message>
  <message>
   <source>A shorter sound, fewer variations or fewer steps take less time.</source>
   <translation>Ein kürzerer Sound, weniger Varianten oder weniger Schritte sparen Zeit.</translation>
  </message>
  <message>
   <source>Choose a part…</source>
   <translation>Teil wählen …</translation>
  </message>
  <message>
   <source>Generate anyway</source>
   <translation>Trotzdem erzeugen</translation>
  </message>
  <message>
   <source>One sound</source>
   <translation>Ein Sound</translation>
  </message>
  <message>
   <source>This will take a while</source>
   <translation>Das dauert eine Weile</translation>
  </message>
  <message>
   <source>take</source>
   <translation>dauern</translation>
  </message>
  <message>
   <source>takes</source>
   <translation>dauert</translation>
  </message>
  <message>
   <source>{0} of {1} {2} about {3} on this computer.</source>
   <translation>{0} von {1} {2} auf diesem Computer etwa {3}.</translation>
  </message>
  <message>
   <source>{0} sounds</source>
   <translation>{0} Sounds</translation>
  </message>
 </context>
 <context>
  <name>MainWindow</name>
  <message>
   <source>Checkpoints</source>
   <translation>Checkpoints</translation>
  </message>
  <message>
   <source>One sound could not be saved and will be lost if you quit now.</source>
   <translation>Ein Sound konnte nicht gespeichert werden und geht beim Beenden verloren.</translation>
  </message>
  <message>
   <source>Quit</source>
   <translation>Beenden</translation>
  </message>
  <message>
   <source>Quit without saving</source>
   <translation>Ohne Speichern beenden</translation>
  </message>
  <message>
   <source>Settings</source>
   <translation>Einstellungen</translation>
  </message>
  <message>
   <source>Show in folder</source>
   <translation>Im Ordner anzeigen</translation>
  </message>
  <message>
   <source>The kit {0} is ready: {1} sounds, with presets for three samplers.</source>
   <translation>Das Kit {0} ist fertig: {1} Sounds, mit Presets für drei Sampler.</translation>
  </message>
  <message>
   <source>Use as imitation instead</source>
   <translation>Stattdessen als Imitation verwenden</translation>
  </message>
  <message>
   <source>{0} sounds could not be saved and will be lost if you quit now.</source>
   <translation>{0} Sounds konnten nicht gespeichert werden und gehen beim Beenden verloren.</translation>
  </message>
 </context>
 <context>
  <name>Match</name>
  <message>
   <source>Kind: unsure. The ears disagree about what kind of sound {0} means.</source>
   <translation>Art: unsicher. Die Analyse ist sich nicht einig, welche Art von Sound mit {0} gemeint ist.</translation>
  </message>
  <message>
   <source>Kind: {0} of {1} dots. Compared with {2}; of sounds with as many dots, about {3} in 10 were of the right kind.</source>
   <translation>Art: {0} von {1} Punkten. Verglichen mit {2}; von Sounds mit so vielen Punkten waren etwa {3} von 10 von der richtigen Art.</translation>
  </message>
  <message>
   <source>Movement: {0:.2f} of 1. How much loudness, brightness and pitch move as in the take.</source>
   <translation>Bewegung: {0:.2f} von 1. Wie sehr sich Lautheit, Helligkeit und Tonhöhe wie im Take bewegen.</translation>
  </message>
  <message>
   <source>Movement: {0:.2f} of 1. How much loudness, brightness and pitch move as they did.</source>
   <translation>Bewegung: {0:.2f} von 1. Wie sehr sich Lautheit, Helligkeit und Tonhöhe wie zuvor bewegen.</translation>
  </message>
  <message>
   <source>compared with the sound it should be like</source>
   <translation>im Vergleich mit dem Sound, dem er ähneln soll</translation>
  </message>
  <message>
   <source>compared with the sound that was edited</source>
   <translation>im Vergleich mit dem bearbeiteten Sound</translation>
  </message>
  <message>
   <source>kind unsure</source>
   <translation>Art unsicher</translation>
  </message>
  <message>
   <source>kind {0} of {1}</source>
   <translation>Art {0} von {1}</translation>
  </message>
  <message>
   <source>movement {0:.2f}</source>
   <translation>Bewegung {0:.2f}</translation>
  </message>
  <message>
   <source>the sound it should be like</source>
   <translation>dem Sound, dem er ähneln soll</translation>
  </message>
  <message>
   <source>the sound that was edited</source>
   <translation>dem bearbeiteten Sound</translation>
  </message>
  <message>
   <source>unsure</source>
   <translation>unsicher</translation>
  </message>
  <message>
   <source>your take</source>
   <translation>dem Take</translation>
  </message>
 </context>
 <context>
  <name>MelodyStrip</name>
  <message>
   <source>Melody of the imitation</source>
   <translation>Melodie der Imitation</translation>
  </message>
  <message>
   <source>No melody is heard: sing, hum or whistle one</source>
   <translation>Keine Melodie zu hören: eine singen, summen oder pfeifen</translation>
  </message>
  <message>
   <source>The melody that the model hears</source>
   <translation>Die Melodie, die das Modell hört</translation>
  </message>
  <message>
   <source>and {0} more notes</source>
   <translation>und {0} weitere Töne</translation>
  </message>
  <message>
   <source>{0} {1:.1f} to {2:.1f} s</source>
   <translation>{0} {1:.1f} bis {2:.1f} s</translation>
  </message>
 </context>
 <context>
  <name>MemoryLabel</name>
  <message>
   <source>GPU {0:.1f} GB</source>
   <translation>GPU {0:.1f} GB</translation>
  </message>
  <message>
   <source>GPU: {0:.1f} of {1:.0f} GB in use by all programs.</source>
   <translation>GPU: {0:.1f} von {1:.0f} GB durch alle Programme belegt.</translation>
  </message>
  <message>
   <source>Memory {0:.1f} GB</source>
   <translation>Speicher {0:.1f} GB</translation>
  </message>
  <message>
   <source>QVIM Studio takes {0:.1f} GB: the window and its sound engine.
This computer: {1:.1f} of {2:.0f} GB in use by all programs.</source>
   <translation>QVIM Studio belegt {0:.1f} GB: das Fenster und seine Sound-Engine.
Dieser Computer: {1:.1f} von {2:.0f} GB durch alle Programme belegt.</translation>
  </message>
 </context>
 <context>
  <name>MemoryModes</name>
  <message>
   <source>Automatic</source>
   <translation>Automatisch</translation>
  </message>
  <message>
   <source>Balanced</source>
   <translation>Ausgewogen</translation>
  </message>
  <message>
   <source>CPU only</source>
   <translation>Nur CPU</translation>
  </message>
  <message>
   <source>Chooses for this machine; uses the GPU where there is one</source>
   <translation>Wählt passend zum Computer; nutzt die GPU, wenn vorhanden</translation>
  </message>
  <message>
   <source>For GPUs above 12 GB: everything stays loaded; fastest</source>
   <translation>Für GPUs über 12 GB: alles bleibt geladen; am schnellsten</translation>
  </message>
  <message>
   <source>For GPUs with 2 to 4 GB: weights in 8 bits; slowest on a GPU</source>
   <translation>Für GPUs mit 2 bis 4 GB: Gewichte mit 8 Bit; am langsamsten unter den GPU-Modi</translation>
  </message>
  <message>
   <source>For GPUs with 6 GB</source>
   <translation>Für GPUs mit 6 GB</translation>
  </message>
  <message>
   <source>For GPUs with 8 to 12 GB</source>
   <translation>Für GPUs mit 8 bis 12 GB</translation>
  </message>
  <message>
   <source>High</source>
   <translation>Hoch</translation>
  </message>
  <message>
   <source>Leaves the GPU to other programs; slower</source>
   <translation>Überlässt die GPU anderen Programmen; langsamer</translation>
  </message>
  <message>
   <source>Low</source>
   <translation>Niedrig</translation>
  </message>
  <message>
   <source>Minimal</source>
   <translation>Minimal</translation>
  </message>
 </context>
 <context>
  <name>MessageBar</name>
  <message>
   <source>Close the message</source>
   <translation>Meldung schließen</translation>
  </message>
 </context>
 <context>
  <name>OptionFields</name>
  <message>
   <source>On</source>
   <translation>An</translation>
  </message>
 </context>
 <context>
  <name>Options</name>
  <message>
   <source>CUDA graphs</source>
   <translation>CUDA-Graphen</translation>
  </message>
  <message>
   <source>Encoder</source>
   <translation>Encoder</translation>
  </message>
  <message>
   <source>Freedom from the voice</source>
   <translation>Freiheit von der Stimme</translation>
  </message>
  <message>
   <source>Guidance</source>
   <translation>Guidance</translation>
  </message>
  <message>
   <source>Light decoder</source>
   <translation>Leichter Decoder</translation>
  </message>
  <message>
   <source>Likeliest codes</source>
   <translation>Wahrscheinlichste Codes</translation>
  </message>
  <message>
   <source>Protection from oversaturation</source>
   <translation>Schutz vor Übersättigung</translation>
  </message>
  <message>
   <source>Real up to</source>
   <translation>Echt bis</translation>
  </message>
  <message>
   <source>Room after the end</source>
   <translation>Platz nach dem Ende</translation>
  </message>
  <message>
   <source>Sampler</source>
   <translation>Sampler</translation>
  </message>
  <message>
   <source>Share of the likeliest codes</source>
   <translation>Anteil der wahrscheinlichsten Codes</translation>
  </message>
  <message>
   <source>Solver</source>
   <translation>Solver</translation>
  </message>
  <message>
   <source>Steps</source>
   <translation>Schritte</translation>
  </message>
  <message>
   <source>Temperature</source>
   <translation>Temperatur</translation>
  </message>
  <message>
   <source>The checkpoint's own</source>
   <translation>Der des Checkpoints</translation>
  </message>
  <message>
   <source>Tokens</source>
   <translation>Tokens</translation>
  </message>
  <message>
   <source>Variety</source>
   <translation>Vielfalt</translation>
  </message>
 </context>
 <context>
  <name>PackActions</name>
  <message>
   <source>All sounds shown</source>
   <translation>Alle angezeigten Sounds</translation>
  </message>
  <message>
   <source>Selected sounds</source>
   <translation>Ausgewählte Sounds</translation>
  </message>
  <message>
   <source>Starred sounds shown</source>
   <translation>Angezeigte Favoriten</translation>
  </message>
  <message>
   <source>The history shows no sound to export. Generate some, or clear the search.</source>
   <translation>Der Verlauf zeigt keinen Sound zum Exportieren. Sounds erzeugen oder die Suche leeren.</translation>
  </message>
 </context>
 <context>
  <name>PackDialog</name>
  <message>
   <source>
… and {0} more</source>
   <translation>
… und {0} weitere</translation>
  </message>
  <message>
   <source>1 file is gone</source>
   <translation>1 Datei fehlt</translation>
  </message>
  <message>
   <source>1 sound</source>
   <translation>1 Sound</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Done: {0} and its zip hold {1}</source>
   <translation>Fertig: {0} und die ZIP-Datei enthalten {1}</translation>
  </message>
  <message>
   <source>Double-click to rename; Del removes a sound from the pack</source>
   <translation>Doppelklick zum Umbenennen; Entf nimmt einen Sound aus dem Pack</translation>
  </message>
  <message>
   <source>Drawing the cover, mixing the demo</source>
   <translation>Cover und Demo entstehen</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportieren</translation>
  </message>
  <message>
   <source>Export sample pack</source>
   <translation>Sample-Pack exportieren</translation>
  </message>
  <message>
   <source>Go on</source>
   <translation>Fortsetzen</translation>
  </message>
  <message>
   <source>Leave them out</source>
   <translation>Weglassen</translation>
  </message>
  <message>
   <source>Listening…</source>
   <translation>Sounds werden analysiert …</translation>
  </message>
  <message>
   <source>Moving everything into place</source>
   <translation>Dateien werden an ihren Platz verschoben</translation>
  </message>
  <message>
   <source>Progress</source>
   <translation>Fortschritt</translation>
  </message>
  <message>
   <source>Reading the sounds…</source>
   <translation>Sounds werden gelesen …</translation>
  </message>
  <message>
   <source>Show in folder</source>
   <translation>Im Ordner anzeigen</translation>
  </message>
  <message>
   <source>Sounds in the pack</source>
   <translation>Sounds im Pack</translation>
  </message>
  <message>
   <source>Sounds whose words name no category get that of the most similar bundled sounds. If rows are selected, only those are changed</source>
   <translation>Sounds, deren Text keine Kategorie nennt, erhalten die der ähnlichsten mitgelieferten Sounds. Sind Zeilen ausgewählt, ändern sich nur diese</translation>
  </message>
  <message>
   <source>Still to fill in: {0}</source>
   <translation>Noch auszufüllen: {0}</translation>
  </message>
  <message>
   <source>Stop</source>
   <translation>Stopp</translation>
  </message>
  <message>
   <source>Stopped. Finished files are kept.</source>
   <translation>Gestoppt. Fertige Dateien bleiben erhalten.</translation>
  </message>
  <message>
   <source>Suggest categories by ear</source>
   <translation>Kategorien nach Gehör vorschlagen</translation>
  </message>
  <message>
   <source>The disk of {1} lacks {0:.0f} MB of free space. Choose another folder.</source>
   <translation>Auf dem Laufwerk von {1} fehlen {0:.0f} MB freier Platz. Bitte einen anderen Ordner wählen.</translation>
  </message>
  <message>
   <source>The words of every sound already name its category.</source>
   <translation>Der Text jedes Sounds nennt bereits eine Kategorie.</translation>
  </message>
  <message>
   <source>Which sounds</source>
   <translation>Welche Sounds</translation>
  </message>
  <message>
   <source>Writing sounds: {0} of {1}</source>
   <translation>Sounds werden geschrieben: {0} von {1}</translation>
  </message>
  <message>
   <source>{0:.0f} MB of WAV</source>
   <translation>{0:.0f} MB WAV</translation>
  </message>
  <message>
   <source>{0} files are missing</source>
   <translation>{0} Dateien fehlen</translation>
  </message>
  <message>
   <source>{0} sounds</source>
   <translation>{0} Sounds</translation>
  </message>
  <message>
   <source>“{0}” is not a UCS category. Choose one from the list.</source>
   <translation>„{0}“ ist keine UCS-Kategorie. Bitte eine aus der Liste wählen.</translation>
  </message>
 </context>
 <context>
  <name>PackForm</name>
  <message>
   <source>32 bit float</source>
   <translation>32 Bit Float</translation>
  </message>
  <message>
   <source>Bit depth</source>
   <translation>Bittiefe</translation>
  </message>
  <message>
   <source>Browse…</source>
   <translation>Durchsuchen …</translation>
  </message>
  <message>
   <source>Channels</source>
   <translation>Kanäle</translation>
  </message>
  <message>
   <source>Channels kept</source>
   <translation>Kanäle beibehalten</translation>
  </message>
  <message>
   <source>Choose a folder</source>
   <translation>Ordner wählen</translation>
  </message>
  <message>
   <source>Creator</source>
   <translation>Urheber</translation>
  </message>
  <message>
   <source>Fields: {0}</source>
   <translation>Felder: {0}</translation>
  </message>
  <message>
   <source>File names</source>
   <translation>Dateinamen</translation>
  </message>
  <message>
   <source>Finishing</source>
   <translation>Nachbearbeitung</translation>
  </message>
  <message>
   <source>Folder</source>
   <translation>Ordner</translation>
  </message>
  <message>
   <source>For sale: refuse sounds that may not be sold</source>
   <translation>Für den Verkauf: Sounds ablehnen, die nicht verkauft werden dürfen</translation>
  </message>
  <message>
   <source>Mono</source>
   <translation>Mono</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <source>Rate kept</source>
   <translation>Rate beibehalten</translation>
  </message>
  <message>
   <source>Sample rate</source>
   <translation>Samplerate</translation>
  </message>
  <message>
   <source>Seamless loops, −1 dBTP</source>
   <translation>Nahtlose Loops, −1 dBTP</translation>
  </message>
  <message>
   <source>Sounds unchanged</source>
   <translation>Sounds unverändert</translation>
  </message>
  <message>
   <source>Source</source>
   <translation>Quelle</translation>
  </message>
  <message>
   <source>Stereo</source>
   <translation>Stereo</translation>
  </message>
  <message>
   <source>Trim, fades, no DC; levels unchanged</source>
   <translation>Trimmen, Fades, ohne DC; Pegel unverändert</translation>
  </message>
  <message>
   <source>Trim, fades, −1 dBTP</source>
   <translation>Trimmen, Fades, −1 dBTP</translation>
  </message>
  <message>
   <source>Trim, fades, −23 LUFS</source>
   <translation>Trimmen, Fades, −23 LUFS</translation>
  </message>
  <message>
   <source>Trim, fades, −3 dBTP</source>
   <translation>Trimmen, Fades, −3 dBTP</translation>
  </message>
  <message>
   <source>Trim, fades, −6 dBTP</source>
   <translation>Trimmen, Fades, −6 dBTP</translation>
  </message>
  <message>
   <source>of the pack</source>
   <translation>des Packs</translation>
  </message>
  <message>
   <source>project or library</source>
   <translation>Projekt oder Sammlung</translation>
  </message>
  <message>
   <source>you, or your label</source>
   <translation>Name oder Label</translation>
  </message>
  <message>
   <source>{0} bit</source>
   <translation>{0} Bit</translation>
  </message>
 </context>
 <context>
  <name>PackTableModel</name>
  <message>
   <source>Category</source>
   <translation>Kategorie</translation>
  </message>
  <message>
   <source>File in the pack</source>
   <translation>Datei im Pack</translation>
  </message>
  <message>
   <source>Licence</source>
   <translation>Lizenz</translation>
  </message>
  <message>
   <source>Sound</source>
   <translation>Sound</translation>
  </message>
 </context>
 <context>
  <name>PartChooser</name>
  <message>
   <source>Reading {0}…</source>
   <translation>{0} wird gelesen …</translation>
  </message>
 </context>
 <context>
  <name>PartDialog</name>
  <message>
   <source>Begin</source>
   <translation>Anfang</translation>
  </message>
  <message>
   <source>Choose a part</source>
   <translation>Teil wählen</translation>
  </message>
  <message>
   <source>End</source>
   <translation>Ende</translation>
  </message>
  <message>
   <source>Use this part</source>
   <translation>Diesen Teil verwenden</translation>
  </message>
  <message>
   <source>Waveform of the recording</source>
   <translation>Wellenform der Aufnahme</translation>
  </message>
  <message>
   <source>{0} is {1} long. Choose the part to imitate, at most {2:.0f} minutes.</source>
   <translation>{0} ist {1} lang. Den Teil wählen, der als Imitation dient, höchstens {2:.0f} Minuten.</translation>
  </message>
 </context>
 <context>
  <name>ProgressStrip</name>
  <message>
   <source>Fitting real sounds</source>
   <translation>Echte Sounds werden angepasst</translation>
  </message>
  <message>
   <source>Listening to your take</source>
   <translation>Take wird analysiert</translation>
  </message>
  <message>
   <source>Loading the model</source>
   <translation>Modell wird geladen</translation>
  </message>
  <message>
   <source>Making the highs</source>
   <translation>Höhen werden erzeugt</translation>
  </message>
  <message>
   <source>Progress</source>
   <translation>Fortschritt</translation>
  </message>
  <message>
   <source>Rendering audio</source>
   <translation>Audio wird gerendert</translation>
  </message>
  <message>
   <source>Saving</source>
   <translation>Wird gespeichert</translation>
  </message>
  <message>
   <source>Shaping the sound</source>
   <translation>Sound wird geformt</translation>
  </message>
  <message>
   <source>Starting the engine</source>
   <translation>Engine startet</translation>
  </message>
  <message>
   <source>{0} left</source>
   <translation>noch {0}</translation>
  </message>
 </context>
 <context>
  <name>QKeySequenceEdit</name>
  <message>
   <source>Press shortcut</source>
   <translation>Taste drücken</translation>
  </message>
 </context>
 <context>
  <name>QualityBar</name>
  <message>
   <source>As many steps as the checkpoint was made for</source>
   <translation>So viele Schritte, wie der Checkpoint vorsieht</translation>
  </message>
  <message>
   <source>Few steps: quick ideas</source>
   <translation>Wenige Schritte: schnelle Ideen</translation>
  </message>
  <message>
   <source>Fine</source>
   <translation>Fein</translation>
  </message>
  <message>
   <source>Sketch</source>
   <translation>Entwurf</translation>
  </message>
  <message>
   <source>Standard</source>
   <translation>Standard</translation>
  </message>
  <message>
   <source>Twice the steps: slower, cleaner</source>
   <translation>Doppelt so viele Schritte: langsamer, sauberer</translation>
  </message>
 </context>
 <context>
  <name>QueueButton</name>
  <message>
   <source>Cancel all</source>
   <translation>Alle abbrechen</translation>
  </message>
  <message>
   <source>Make it next</source>
   <translation>Als Nächstes erzeugen</translation>
  </message>
  <message>
   <source>Make them now</source>
   <translation>Jetzt erzeugen</translation>
  </message>
  <message>
   <source>Take it out</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <source>Waiting generations</source>
   <translation>Wartende Aufträge</translation>
  </message>
  <message>
   <source>voice</source>
   <translation>Stimme</translation>
  </message>
  <message>
   <source>{0} waiting</source>
   <translation>{0} warten</translation>
  </message>
 </context>
 <context>
  <name>RecordBar</name>
  <message>
   <source>Default microphone</source>
   <translation>Standardmikrofon</translation>
  </message>
  <message>
   <source>Hands-free</source>
   <translation>Freihändig</translation>
  </message>
  <message>
   <source>Hands-free: every sound you make becomes a take</source>
   <translation>Freihändig: Jedes Geräusch am Mikrofon wird ein Take</translation>
  </message>
  <message>
   <source>Input, gain, count-in and the levels of takes</source>
   <translation>Eingang, Gain, Vorzähler und die Pegel der Takes</translation>
  </message>
  <message>
   <source>Keep the microphone open</source>
   <translation>Mikrofon offen halten</translation>
  </message>
  <message>
   <source>Keep the microphone open: takes start at once and include the half second before the key</source>
   <translation>Mikrofon offen halten: Takes beginnen sofort und enthalten die halbe Sekunde vor dem Tastendruck</translation>
  </message>
  <message>
   <source>Listen to the imitation</source>
   <translation>Die Imitation abhören</translation>
  </message>
  <message>
   <source>Microphone</source>
   <translation>Mikrofon</translation>
  </message>
  <message>
   <source>No microphone</source>
   <translation>Kein Mikrofon</translation>
  </message>
  <message>
   <source>Open an audio file</source>
   <translation>Audiodatei öffnen</translation>
  </message>
  <message>
   <source>Open…</source>
   <translation>Öffnen …</translation>
  </message>
  <message>
   <source>Play</source>
   <translation>Abspielen</translation>
  </message>
  <message>
   <source>Play the imitation</source>
   <translation>Imitation abspielen</translation>
  </message>
  <message>
   <source>Record</source>
   <translation>Aufnehmen</translation>
  </message>
  <message>
   <source>Record your imitation, or stop recording</source>
   <translation>Die Imitation aufnehmen oder die Aufnahme stoppen</translation>
  </message>
  <message>
   <source>Recording options</source>
   <translation>Aufnahmeoptionen</translation>
  </message>
  <message>
   <source>Stop</source>
   <translation>Stopp</translation>
  </message>
  <message>
   <source>Use an audio file as the imitation</source>
   <translation>Eine Audiodatei als Imitation verwenden</translation>
  </message>
 </context>
 <context>
  <name>RecordingOptionsPopup</name>
  <message>
   <source>A take begins when the input is louder than this</source>
   <translation>Ein Take beginnt, sobald der Eingang lauter ist</translation>
  </message>
  <message>
   <source>Count-in</source>
   <translation>Vorzähler</translation>
  </message>
  <message>
   <source>Gain</source>
   <translation>Gain</translation>
  </message>
  <message>
   <source>Hands-free from</source>
   <translation>Freihändig ab</translation>
  </message>
  <message>
   <source>Hear the microphone while it is open</source>
   <translation>Offenes Mikrofon mithören</translation>
  </message>
  <message>
   <source>Input</source>
   <translation>Eingang</translation>
  </message>
  <message>
   <source>Level relative to the loudest moment of the take. Steady noise is always cut.</source>
   <translation>Pegel relativ zur lautesten Stelle des Takes. Gleichmäßiges Rauschen wird immer entfernt.</translation>
  </message>
  <message>
   <source>None</source>
   <translation>Ohne</translation>
  </message>
  <message>
   <source>Trim below</source>
   <translation>Stille unter</translation>
  </message>
  <message>
   <source>Trim silence around every take</source>
   <translation>Stille um jeden Take entfernen</translation>
  </message>
  <message>
   <source>Use headphones: loudspeakers would feed back. The delay is the latency chosen in the settings</source>
   <translation>Kopfhörer verwenden: Lautsprecher würden rückkoppeln. Die Verzögerung entspricht der Latenz aus den Einstellungen</translation>
  </message>
  <message>
   <source>{0} s</source>
   <translation>{0} s</translation>
  </message>
 </context>
 <context>
  <name>Reopening</name>
  <message>
   <source>Restored the recipe of {0}: its take, words, settings and seed.</source>
   <translation>Rezept von {0} wiederhergestellt: Take, Text, Einstellungen und Seed.</translation>
  </message>
  <message>
   <source>Restored the recipe of {0}: its words, settings and seed.</source>
   <translation>Rezept von {0} wiederhergestellt: Text, Einstellungen und Seed.</translation>
  </message>
  <message>
   <source>Revision {1} of {0} made this sound, and revision {2} is installed: the sounds will differ.</source>
   <translation>Diesen Sound hat Revision {1} von {0} gemacht, installiert ist Revision {2}: Die Sounds fallen anders aus.</translation>
  </message>
  <message>
   <source>The sounds that were used besides the take, {0} and {1}, are not at the same place any more: choose them again, or other sounds.</source>
   <translation>Die Sounds, die außer dem Take verwendet wurden, {0} und {1}, liegen nicht mehr am selben Ort: neu wählen oder andere Sounds nehmen.</translation>
  </message>
  <message>
   <source>The take is now trimmed differently, so the sounds will differ slightly.</source>
   <translation>Der Take ist jetzt anders beschnitten; die Sounds fallen daher etwas anders aus.</translation>
  </message>
  <message>
   <source>What was used besides the take, {0}, is not at the same place any more: choose it again, or another sound.</source>
   <translation>Was außer dem Take verwendet wurde, {0}, liegt nicht mehr am selben Ort: neu wählen oder einen anderen Sound nehmen.</translation>
  </message>
  <message>
   <source>a sound</source>
   <translation>ein Sound</translation>
  </message>
  <message>
   <source>{0} was made from a take that is not on this computer. Its words, settings and seed were restored; open or record the take.</source>
   <translation>{0} stammt von einem Take, der nicht auf diesem Computer liegt. Text, Einstellungen und Seed sind wiederhergestellt; den Take bitte öffnen oder aufnehmen.</translation>
  </message>
  <message>
   <source>{0} was made from a take that is not on this computer. Open or record the take, then open this file again.</source>
   <translation>{0} stammt von einem Take, der nicht auf diesem Computer liegt. Erst den Take öffnen oder aufnehmen, dann diese Datei erneut öffnen.</translation>
  </message>
  <message>
   <source>“{0}”</source>
   <translation>„{0}“</translation>
  </message>
 </context>
 <context>
  <name>RequestActions</name>
  <message>
   <source>Listen to two sounds first; then this key switches between them.</source>
   <translation>Zuerst zwei Sounds abhören; dann wechselt diese Taste zwischen ihnen.</translation>
  </message>
  <message>
   <source>No candidate is chosen: generate sounds and choose one first.</source>
   <translation>Kein Kandidat ist ausgewählt: zuerst Sounds erzeugen und einen wählen.</translation>
  </message>
  <message>
   <source>Record an imitation for the timing, or remove “Sounds like”</source>
   <translation>Für den zeitlichen Ablauf eine Imitation aufnehmen oder „Klingt wie“ entfernen</translation>
  </message>
  <message>
   <source>Record an imitation or type a few words first</source>
   <translation>Zuerst eine Imitation aufnehmen oder ein paar Wörter eingeben</translation>
  </message>
  <message>
   <source>There is no new sound yet: generate some first.</source>
   <translation>Es gibt noch keinen neuen Sound: zuerst Sounds erzeugen.</translation>
  </message>
  <message>
   <source>takes about {0}</source>
   <translation>dauert etwa {0}</translation>
  </message>
 </context>
 <context>
  <name>RequestPanel</name>
  <message>
   <source>A new seed every time</source>
   <translation>Jedes Mal ein neuer Seed</translation>
  </message>
  <message>
   <source>Add words if you like: heavy wooden door, slow creak</source>
   <translation>Nach Wunsch englische Wörter: heavy wooden door, slow creak</translation>
  </message>
  <message>
   <source>As my take</source>
   <translation>Wie mein Take</translation>
  </message>
  <message>
   <source>Automatic</source>
   <translation>Automatisch</translation>
  </message>
  <message>
   <source>Balance between voice and text</source>
   <translation>Verhältnis von Stimme und Text</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Generate</source>
   <translation>Erzeugen</translation>
  </message>
  <message>
   <source>Generate, as Enter in the text</source>
   <translation>Erzeugen, wie Eingabetaste im Text</translation>
  </message>
  <message>
   <source>Generation starts from the sound above. Remove it to choose again.</source>
   <translation>Die Erzeugung geht vom Sound oben aus. Ihn entfernen, um neu zu wählen.</translation>
  </message>
  <message>
   <source>How closely the imitation is followed</source>
   <translation>Wie eng der Sound der Imitation folgt</translation>
  </message>
  <message>
   <source>How much the words count compared with the voice</source>
   <translation>Wie viel der Text im Vergleich zur Stimme zählt</translation>
  </message>
  <message>
   <source>Keep the seed</source>
   <translation>Seed behalten</translation>
  </message>
  <message>
   <source>Length</source>
   <translation>Länge</translation>
  </message>
  <message>
   <source>Loose</source>
   <translation>Frei</translation>
  </message>
  <message>
   <source>Loose follows the idea; tight also follows loudness, brightness, pitch and timing</source>
   <translation>Frei folgt der Idee; Eng folgt auch Lautheit, Helligkeit, Tonhöhe und Timing</translation>
  </message>
  <message>
   <source>More</source>
   <translation>Mehr</translation>
  </message>
  <message>
   <source>More settings</source>
   <translation>Mehr Einstellungen</translation>
  </message>
  <message>
   <source>My imitation</source>
   <translation>Meine Imitation</translation>
  </message>
  <message>
   <source>Nearest sound</source>
   <translation>Ähnlichster Sound</translation>
  </message>
  <message>
   <source>Pure noise</source>
   <translation>Reines Rauschen</translation>
  </message>
  <message>
   <source>Seed</source>
   <translation>Seed</translation>
  </message>
  <message>
   <source>Start from</source>
   <translation>Ausgangspunkt</translation>
  </message>
  <message>
   <source>Stop generating</source>
   <translation>Erzeugung stoppen</translation>
  </message>
  <message>
   <source>Text</source>
   <translation>Text</translation>
  </message>
  <message>
   <source>The same seed with the same settings gives the same sounds</source>
   <translation>Gleicher Seed und gleiche Einstellungen ergeben gleiche Sounds</translation>
  </message>
  <message>
   <source>This seed is kept</source>
   <translation>Dieser Seed bleibt</translation>
  </message>
  <message>
   <source>Tight</source>
   <translation>Eng</translation>
  </message>
  <message>
   <source>Unwanted words, steps, guidance, strength, fitted sounds, highs</source>
   <translation>Unerwünschte Wörter, Schritte, Guidance, Stärke, angepasste Sounds, Höhen</translation>
  </message>
  <message>
   <source>Up and Down bring earlier texts back</source>
   <translation>Pfeil auf und Pfeil ab holen frühere Texte zurück</translation>
  </message>
  <message>
   <source>Variations</source>
   <translation>Varianten</translation>
  </message>
  <message>
   <source>Voice</source>
   <translation>Stimme</translation>
  </message>
  <message>
   <source>What is reshaped: noise, your imitation or the nearest real sound</source>
   <translation>Was umgeformt wird: Rauschen, die Imitation oder der ähnlichste echte Sound</translation>
  </message>
 </context>
 <context>
  <name>SearchField</name>
  <message>
   <source>Clear the search</source>
   <translation>Suche leeren</translation>
  </message>
 </context>
 <context>
  <name>Sentences</name>
  <message>
   <source> Doubtful: {0} reads words with another CLAP.</source>
   <translation> Zweifelhaft: {0} liest Wörter mit einem anderen CLAP.</translation>
  </message>
  <message>
   <source> It can continue them.</source>
   <translation> Fortsetzen kann er sie.</translation>
  </message>
  <message>
   <source> No RoBERTa tokenizer was found, so it reads no words: put roberta-base's tokenizer.json beside the file and import it again.</source>
   <translation> Es fand sich kein RoBERTa-Tokenizer, daher liest der Checkpoint keinen Text: die tokenizer.json von roberta-base neben die Datei legen und neu importieren.</translation>
  </message>
  <message>
   <source> The file as it was is kept as {0}.</source>
   <translation> Die bisherige Datei bleibt als {0} erhalten.</translation>
  </message>
  <message>
   <source>A LoRA cannot be called {0}: the name is taken, or holds more than letters, digits, dots and dashes. Choose another one with --name.</source>
   <translation>So kann ein LoRA nicht heißen: {0}. Der Name ist vergeben oder enthält mehr als Buchstaben, Ziffern, Punkte und Striche. Mit --name einen anderen wählen.</translation>
  </message>
  <message>
   <source>A WAV file holds at most 4 GB, got {0:.1f} GB of audio. Cut the clip or choose fewer bits.</source>
   <translation>Eine WAV-Datei fasst höchstens 4 GB, nicht {0:.1f} GB Audio. Den Clip kürzen oder weniger Bit wählen.</translation>
  </message>
  <message>
   <source>A clip becomes mono (1) or stereo (2), got {0}. Choose.</source>
   <translation>Ein Clip wird Mono (1) oder Stereo (2), nicht {0}. Bitte wählen.</translation>
  </message>
  <message>
   <source>A crossfade of {0} s needs a clip of twice that, got {1:.2f} s. Choose a shorter crossfade.</source>
   <translation>Ein Crossfade von {0} s braucht einen doppelt so langen Clip, nicht {1:.2f} s. Einen kürzeren Crossfade wählen.</translation>
  </message>
  <message>
   <source>A folder of the family {0}, used where it lies.</source>
   <translation>Ein Ordner der Familie {0}, verwendet an seinem Ort.</translation>
  </message>
  <message>
   <source>A kit is made from a take with several sounds, got none. Record one, such as “boom, tss, ka”.</source>
   <translation>Ein Kit entsteht aus einem Take mit mehreren Sounds, und es gibt keinen. Einen aufnehmen, etwa „bumm, tss, ka“.</translation>
  </message>
  <message>
   <source>A morph lies between two sounds, got one. Give the first as the imitation, with start=imitation.</source>
   <translation>Ein Morph liegt zwischen zwei Sounds, angegeben ist nur einer. Den ersten als Imitation angeben und von ihr ausgehen.</translation>
  </message>
  <message>
   <source>A pack holds WAV files, which samplers read, got {0}. Choose WAV.</source>
   <translation>Ein Pack enthält WAV-Dateien, die Sampler lesen, nicht {0}. Bitte WAV wählen.</translation>
  </message>
  <message>
   <source>A pack takes 1 to {0} files, got {1}. Choose some sounds.</source>
   <translation>Ein Pack nimmt 1 bis {0} Dateien auf, nicht {1}. Bitte Sounds wählen.</translation>
  </message>
  <message>
   <source>A queued request is damaged ({0}). Ask for it again.</source>
   <translation>Ein wartender Auftrag ist beschädigt ({0}). Bitte neu anlegen.</translation>
  </message>
  <message>
   <source>A rating lies between 0 and 5, got {0}. Choose one of these.</source>
   <translation>Eine Bewertung liegt zwischen 0 und 5, nicht bei {0}. Bitte einen dieser Werte wählen.</translation>
  </message>
  <message>
   <source>A sound to sound like needs an imitation that says when it sounds, got none. Give an imitation as well.</source>
   <translation>Zu einem Klangvorbild gehört eine Imitation, die den zeitlichen Ablauf vorgibt. Bitte auch eine Imitation angeben.</translation>
  </message>
  <message>
   <source>A sound to start from dies away early: what was made from it is as short.</source>
   <translation>Ein Ausgangssound klingt früh aus: Was daraus entstand, ist ebenso kurz.</translation>
  </message>
  <message>
   <source>A trim needs 0 &lt;= begin &lt; end, got {0} s to {1} s. Choose a longer part.</source>
   <translation>Zum Trimmen muss der Anfang vor dem Ende liegen, nicht {0} s bis {1} s. Einen längeren Teil wählen.</translation>
  </message>
  <message>
   <source>Adapter for {0} on {1}.</source>
   <translation>Adapter für {0} auf {1}.</translation>
  </message>
  <message>
   <source>An edit keeps the sound around its parts and makes no loop, got a part and a wish for a loop. Leave the loop out, or generate a new sound.</source>
   <translation>Beim Bearbeiten bleibt der Sound um die Teile herum erhalten, daher entsteht kein Loop. Den Loop abwählen oder einen neuen Sound erzeugen.</translation>
  </message>
  <message>
   <source>An edit needs a part of the sound, got none. Choose one.</source>
   <translation>Zum Bearbeiten fehlt ein Teil des Sounds. Bitte einen wählen.</translation>
  </message>
  <message>
   <source>An encoder cannot be called {0}: the name is taken or no name of a folder. Choose another one with --name.</source>
   <translation>Ein Encoder kann nicht {0} heißen: Der Name ist vergeben oder taugt nicht als Ordnername. Mit --name einen anderen wählen.</translation>
  </message>
  <message>
   <source>AudioLDM of {0}, {1}, {2} weights, {3}.</source>
   <translation>AudioLDM von {0}, {1}, {2} Gewichte, {3}.</translation>
  </message>
  <message>
   <source>AudioSR computes on the processor: about a quarter of an hour for 5 seconds of sound and 50 steps. A GPU is advised.</source>
   <translation>AudioSR rechnet auf dem Prozessor: etwa eine Viertelstunde für 5 Sekunden Sound und 50 Schritte. Eine GPU ist ratsam.</translation>
  </message>
  <message>
   <source>AudioSR produced invalid numbers for seed {0}. Try another seed, or less guidance.</source>
   <translation>AudioSR lieferte ungültige Zahlen bei Seed {0}. Einen anderen Seed oder weniger Guidance versuchen.</translation>
  </message>
  <message>
   <source>Control curves ({0}) on {1}.</source>
   <translation>Steuerkurven ({0}) auf {1}.</translation>
  </message>
  <message>
   <source>Copy or train the checkpoint again.</source>
   <translation>Den Checkpoint neu kopieren oder trainieren.</translation>
  </message>
  <message>
   <source>FiLM weights, {0} tensors, strength {1:g}, on {2}.</source>
   <translation>FiLM-Gewichte, {0} Tensoren, Stärke {1:g}, auf {2}.</translation>
  </message>
  <message>
   <source>Got a sound to start from and start={0}, expected one of the two. Leave one of them out.</source>
   <translation>Ein Ausgangssound und der Ausgangspunkt {0} schließen sich aus. Bitte eines von beiden weglassen.</translation>
  </message>
  <message>
   <source>Got a sound to upscale and nothing that does it. Choose an upscaler, such as one that 'checkpoints list' names.</source>
   <translation>Zum Hochrechnen des Sounds fehlt ein Upscaler. Bitte einen der installierten wählen.</translation>
  </message>
  <message>
   <source>It hears voices for {0}.</source>
   <translation>Es hört Stimmen für {0}.</translation>
  </message>
  <message>
   <source>Memory was short in mode {0}: made in mode {1}.</source>
   <translation>Im Modus {0} war der Speicher knapp: im Modus {1} erzeugt.</translation>
  </message>
  <message>
   <source>No adapter fits this checkpoint: the imitation's own CLAP embedding conditions.</source>
   <translation>Zu diesem Checkpoint passt kein Adapter: Das CLAP-Embedding der Imitation steuert selbst.</translation>
  </message>
  <message>
   <source>No light vocoder is good enough for this checkpoint: its own was used.</source>
   <translation>Kein leichter Vocoder ist gut genug für diesen Checkpoint: Sein eigener wurde verwendet.</translation>
  </message>
  <message>
   <source>No melody was heard in the imitation.</source>
   <translation>In der Imitation war keine Melodie zu hören.</translation>
  </message>
  <message>
   <source>No {0} was found. Connect one, then refresh in the settings.</source>
   <translation>Kein Gerät gefunden ({0}). Eines anschließen, dann in den Einstellungen neu suchen.</translation>
  </message>
  <message>
   <source>None of the {0} sounds that belong here was found in {1}. Choose the folder that holds {2}.</source>
   <translation>Von den {0} Sounds, die hierher gehören, fand sich keiner in {1}. Den Ordner wählen, der {2} enthält.</translation>
  </message>
  <message>
   <source>Nothing can be written to {0}: {1}. Choose another folder or make room, then try again.</source>
   <translation>In {0} lässt sich nicht schreiben: {1}. Einen anderen Ordner wählen oder Platz schaffen, dann erneut versuchen.</translation>
  </message>
  <message>
   <source>Nothing to generate from: got neither an imitation nor a text. Give an audio file, a text, or both.</source>
   <translation>Es fehlt die Grundlage: weder Imitation noch Text sind da. Eine Audiodatei, einen Text oder beides angeben.</translation>
  </message>
  <message>
   <source>Nothing was made of “{0}”. Generate the sound again.</source>
   <translation>Aus „{0}“ ist nichts entstanden. Den Sound neu erzeugen.</translation>
  </message>
  <message>
   <source>Only one sound was found in the take, a kit needs several. Record them one after the other with short pauses, such as “boom, tss, ka”.</source>
   <translation>Im Take fand sich nur ein Sound, ein Kit braucht mehrere. Sie nacheinander mit kurzen Pausen aufnehmen, etwa „bumm, tss, ka“.</translation>
  </message>
  <message>
   <source>Parts must be at least {0:g} s long and {1:g} s apart, got {2}. Choose others.</source>
   <translation>Teile müssen mindestens {0:g} s lang sein und {1:g} s auseinanderliegen, gewählt ist {2}. Bitte andere wählen.</translation>
  </message>
  <message>
   <source>PortAudio is missing ({0}). Install it (Debian: libportaudio2) to record and play; everything else works without.</source>
   <translation>PortAudio fehlt ({0}). Für Aufnahme und Wiedergabe installieren (Debian: libportaudio2); alles andere geht auch ohne.</translation>
  </message>
  <message>
   <source>Real sounds are fitted to takes of up to {0:g} s: none was fitted to this one.</source>
   <translation>Echte Sounds werden an Takes bis {0:g} s angepasst: an diesen keiner.</translation>
  </message>
  <message>
   <source>Seed {0} came out silent: made again with {1:.0%} of the starting sound replaced instead of {2:.0%}.</source>
   <translation>Seed {0} blieb stumm: neu erzeugt, wobei {1:.0%} des Ausgangssounds ersetzt wurden statt {2:.0%}.</translation>
  </message>
  <message>
   <source>SemantiCodec makes sounds of a voice alone, and there is none. Record one, or choose another checkpoint.</source>
   <translation>SemantiCodec erzeugt Sounds nur aus einer Stimme, und es gibt keine. Eine aufnehmen oder einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>Several parts must end within the sound, {0:.2f} s long, got {1}. Choose others, or continue the sound by itself.</source>
   <translation>Mehrere Teile müssen innerhalb des Sounds enden, der {0:.2f} s lang ist, gewählt ist {1}. Andere wählen oder den Sound einzeln fortsetzen.</translation>
  </message>
  <message>
   <source>Sketched by the checkpoint's student in {0} steps.</source>
   <translation>Entwurf durch den Studenten des Checkpoints in {0} Schritten.</translation>
  </message>
  <message>
   <source>Some settings in {0} were not possible and have their defaults again: {1}. All others are kept.{2}</source>
   <translation>Einige Einstellungen in {0} waren nicht möglich und haben wieder ihre Vorgaben: {1}. Alle anderen bleiben.{2}</translation>
  </message>
  <message>
   <source>Something between this computer and the hub answered for {0} with a page of its own, expected {1}: mostly the login page of a network or a company's proxy. Log in there with a browser (or set HTTPS_PROXY, or correct HF_ENDPOINT) and start the download again.</source>
   <translation>Zwischen diesem Computer und dem Hub antwortete etwas für {0} mit einer eigenen Seite statt mit {1}: meist die Anmeldeseite eines Netzes oder ein Firmen-Proxy. Dort mit dem Browser anmelden (oder HTTPS_PROXY setzen oder HF_ENDPOINT korrigieren) und den Download neu starten.</translation>
  </message>
  <message>
   <source>Sounds of {0:.0f} s need about {1:.1f} GiB of memory, {2:.1f} GiB more than is held now, and {3:.1f} GiB are free. Ask for a shorter duration or close other programs.</source>
   <translation>Sounds von {0:.0f} s brauchen etwa {1:.1f} GiB Speicher, {2:.1f} GiB mehr als jetzt belegt; frei sind {3:.1f} GiB. Eine kürzere Länge wählen oder andere Programme schließen.</translation>
  </message>
  <message>
   <source>Started from {0}.</source>
   <translation>Ausgangspunkt: {0}.</translation>
  </message>
  <message>
   <source>The CLAP in {0} lacks {1} weights of its audio tower ({2} for one). Download or copy it again.</source>
   <translation>Dem CLAP in {0} fehlen {1} Gewichte seines Audioteils (etwa {2}). Bitte neu herunterladen oder kopieren.</translation>
  </message>
  <message>
   <source>The FiLM weights {0} cannot be read ({1}). Copy or train them again.</source>
   <translation>Die FiLM-Gewichte {0} lassen sich nicht lesen ({1}). Bitte neu kopieren oder trainieren.</translation>
  </message>
  <message>
   <source>The FiLM weights {0} do not fit this UNet (first: {1}). Choose the base that they were tuned for with --base.</source>
   <translation>Die FiLM-Gewichte {0} passen nicht zu diesem UNet (zuerst: {1}). Mit --base die Basis wählen, für die sie trainiert wurden.</translation>
  </message>
  <message>
   <source>The FiLM weights {0} do not fit this UNet ({1} tensors differ, first: {2}). Use those that belong to it, or tune some.</source>
   <translation>Die FiLM-Gewichte {0} passen nicht zu diesem UNet ({1} Tensoren weichen ab, zuerst: {2}). Die passenden verwenden oder eigene trainieren.</translation>
  </message>
  <message>
   <source>The FiLM weights {0} were tuned for the generator {1}, but this checkpoint is {2}. Use those that belong to it, or tune some.</source>
   <translation>Die FiLM-Gewichte {0} gehören zum Generator {1}, dieser Checkpoint ist aber {2}. Die passenden verwenden oder eigene trainieren.</translation>
  </message>
  <message>
   <source>The FiLM weights {0} were tuned for the generator {1}, got the base {2}. Choose that one with --base.</source>
   <translation>Die FiLM-Gewichte {0} gehören zum Generator {1}, angegeben ist die Basis {2}. Mit --base den passenden wählen.</translation>
  </message>
  <message>
   <source>The LoRA could not be written to {0} ({1}). Make room on that disk, or let its folder be written to.</source>
   <translation>Das LoRA konnte nicht nach {0} geschrieben werden ({1}). Auf dem Datenträger Platz schaffen oder den Ordner beschreibbar machen.</translation>
  </message>
  <message>
   <source>The LoRA {0} cannot be used ({1}). Choose the base that it was trained on, or another file.</source>
   <translation>Das LoRA {0} lässt sich nicht verwenden ({1}). Die Basis wählen, auf der es trainiert wurde, oder eine andere Datei.</translation>
  </message>
  <message>
   <source>The LoRA {0} does not fit {1} at {2} ({3}). Choose the base that it was trained on with --base.</source>
   <translation>Das LoRA {0} passt bei {2} nicht zu {1} ({3}). Mit --base die Basis wählen, auf der es trainiert wurde.</translation>
  </message>
  <message>
   <source>The LoRA {0} does not fit {1} at {2} ({3}). Remove it, and import it for the checkpoint that it was trained on.</source>
   <translation>Das LoRA {0} passt bei {2} nicht zu {1} ({3}). Bitte entfernen und für den Checkpoint importieren, auf dem es trainiert wurde.</translation>
  </message>
  <message>
   <source>The UNet of {0} cannot be read ({1}). Copy or download it again.</source>
   <translation>Das UNet von {0} lässt sich nicht lesen ({1}). Bitte neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The UNet of {0} takes {1} channels, expected {2} ({3} of the VAE and {4} controls). The parts do not belong together.</source>
   <translation>Das UNet von {0} nimmt {1} Kanäle statt {2} ({3} des VAE und {4} Steuerkurven). Die Teile gehören nicht zusammen.</translation>
  </message>
  <message>
   <source>The adapter in {0} cannot be loaded: expected {1} and a fitting {2} ({3}). Copy or train it again.</source>
   <translation>Der Adapter in {0} lässt sich nicht laden: Nötig sind {1} und eine passende {2} ({3}). Ihn neu kopieren oder trainieren.</translation>
  </message>
  <message>
   <source>The adapter in {0} was trained with the encoder {1}, which is not here. Import that first with: qvim-studio encoders import FILE</source>
   <translation>Der Adapter in {0} wurde mit dem Encoder {1} trainiert, den es hier nicht gibt. Jenen zuerst importieren mit: qvim-studio encoders import FILE</translation>
  </message>
  <message>
   <source>The adapter of {0} listens with an audio tower, and the checkpoint has none: expected {1}/ or clap/ in it. Copy it again, or train an adapter for it.</source>
   <translation>Der Adapter von {0} hört mit einem Audioteil, den der Checkpoint nicht hat: Nötig ist {1}/ oder clap/ darin. Ihn neu kopieren oder einen Adapter dafür trainieren.</translation>
  </message>
  <message>
   <source>The adapter was made for the {0} {1}, but this checkpoint has the {2} {3}. Use the adapter that belongs to it, or train one.</source>
   <translation>Der Adapter gehört zu {0} {1}, dieser Checkpoint hat aber {2} {3}. Den passenden Adapter verwenden oder einen trainieren.</translation>
  </message>
  <message>
   <source>The adapter was trained with the encoder {0}, and only {1} is here. Import that encoder with: qvim-studio encoders import FILE, or train an adapter for the one that is here.</source>
   <translation>Der Adapter wurde mit dem Encoder {0} trainiert, hier gibt es nur {1}. Jenen Encoder importieren mit: qvim-studio encoders import FILE; oder einen Adapter für den vorhandenen trainieren.</translation>
  </message>
  <message>
   <source>The audio tower in {0} cannot be loaded: expected a fitting {1} ({2}). Install the program again, or copy the checkpoint again.</source>
   <translation>Der Audioteil in {0} lässt sich nicht laden: Nötig ist eine passende {1} ({2}). Das Programm neu installieren oder den Checkpoint neu kopieren.</translation>
  </message>
  <message>
   <source>The changes in {0} do not fit this checkpoint or are damaged ({1}). Copy them again, or remove the folder.</source>
   <translation>Die Änderungen in {0} passen nicht zu diesem Checkpoint oder sind beschädigt ({1}). Sie neu kopieren oder den Ordner entfernen.</translation>
  </message>
  <message>
   <source>The channels are opposite to each other: in mono most of the sound is lost. Flip one of them: {{"kind": "flip", "channel": 2}}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The channels of this sound are opposite to each other and cancel when mixed: channel {0}, the loudest, was used alone. To use all of them, flip the polarity of the others.</source>
   <translation>Die Kanäle dieses Sounds sind gegenphasig und löschen sich im Mix aus: Nur Kanal {0}, der lauteste, wurde verwendet. Um alle zu verwenden, die Polarität der übrigen umkehren.</translation>
  </message>
  <message>
   <source>The checkpoint could not be written to {0} ({1}). Make room on that disk, or let its folder be written to.</source>
   <translation>Der Checkpoint ließ sich nicht in {0} schreiben ({1}). Platz auf diesem Laufwerk schaffen oder den Ordner beschreibbar machen.</translation>
  </message>
  <message>
   <source>The checkpoint in {0} has no part {1}/, expected one in the diffusers layout. Copy or download the whole checkpoint again.</source>
   <translation>Dem Checkpoint in {0} fehlt der Teil {1}/ der diffusers-Struktur. Den ganzen Checkpoint neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The checkpoint in {0} is not a usable AudioLDM 2: {1}. Choose cvssp/audioldm2, audioldm2-large or audioldm2-music, or copy the folder again.</source>
   <translation>Der Checkpoint in {0} ist kein brauchbares AudioLDM 2: {1}. cvssp/audioldm2, audioldm2-large oder audioldm2-music wählen oder den Ordner neu kopieren.</translation>
  </message>
  <message>
   <source>The checkpoint {0} comes with the program or from a folder, so there is nothing to download. Choose one that 'checkpoints list' names with a repository.</source>
   <translation>Der Checkpoint {0} gehört zum Programm oder stammt aus einem Ordner, also gibt es nichts herunterzuladen. Bitte einen anderen wählen.</translation>
  </message>
  <message>
   <source>The checkpoint {0} is not installed on this computer (expected {1} in the Hugging Face cache). Download it with: qvim-studio checkpoints download {2}</source>
   <translation>Der Checkpoint {0} ist auf diesem Computer nicht installiert ({1} fehlt im Hugging-Face-Cache). Herunterladen unter Datei, Checkpoints, oder mit: qvim-studio checkpoints download {2}</translation>
  </message>
  <message>
   <source>The class names of the tagger in {0} cannot be read ({1}). Install the program again.</source>
   <translation>Die Klassennamen des Taggers in {0} lassen sich nicht lesen ({1}). Das Programm bitte neu installieren.</translation>
  </message>
  <message>
   <source>The computer has too little free memory for this. Ask for fewer variations or a shorter sound, or close other programs.</source>
   <translation>Dafür ist zu wenig Speicher frei. Weniger Varianten oder einen kürzeren Sound wählen oder andere Programme schließen.</translation>
  </message>
  <message>
   <source>The connection for {0} failed or stood still ({1}). Check the network; the next try goes on where this one stopped.</source>
   <translation>Die Verbindung für {0} brach ab oder stand still ({1}). Das Netz prüfen; der nächste Versuch macht dort weiter.</translation>
  </message>
  <message>
   <source>The control weights in {0} cannot be read ({1}). Copy or train them again.</source>
   <translation>Die Steuergewichte in {0} lassen sich nicht lesen ({1}). Bitte neu kopieren oder trainieren.</translation>
  </message>
  <message>
   <source>The control weights in {0} do not fit this UNet and its {1} curves ({2}). Use those that belong to it.</source>
   <translation>Die Steuergewichte in {0} passen nicht zu diesem UNet und seinen {1} Kurven ({2}). Die passenden verwenden.</translation>
  </message>
  <message>
   <source>The control weights in {0} were trained for the generator {1}, but this checkpoint is {2}. Use those that belong to it, or train some.</source>
   <translation>Die Steuergewichte in {0} gehören zum Generator {1}, dieser Checkpoint ist aber {2}. Die passenden verwenden oder eigene trainieren.</translation>
  </message>
  <message>
   <source>The control weights in {0} were trained for the generator {1}, got the base {2}. Choose that one with --base.</source>
   <translation>Die Steuergewichte in {0} gehören zum Generator {1}, angegeben ist die Basis {2}. Mit --base den passenden wählen.</translation>
  </message>
  <message>
   <source>The converted checkpoint could not be written to {0} ({1}). Make room on that disk, or choose another folder.</source>
   <translation>Der umgewandelte Checkpoint ließ sich nicht in {0} schreiben ({1}). Platz auf diesem Laufwerk schaffen oder einen anderen Ordner wählen.</translation>
  </message>
  <message>
   <source>The converted checkpoint takes {0:.1f} GB, and the disk of {1} has {2:.1f} GB free. Make room, or choose a folder on another disk.</source>
   <translation>Der umgewandelte Checkpoint braucht {0:.1f} GB, auf dem Laufwerk von {1} sind {2:.1f} GB frei. Platz schaffen oder einen Ordner auf einem anderen Laufwerk wählen.</translation>
  </message>
  <message>
   <source>The damaged list of checkpoints in {0} cannot be copied to {1}: {2}. Make that folder writable or make room, then try again.</source>
   <translation>Die beschädigte Liste der Checkpoints in {0} lässt sich nicht nach {1} kopieren: {2}. Den Ordner beschreibbar machen oder Platz schaffen, dann erneut versuchen.</translation>
  </message>
  <message>
   <source>The decoder of this checkpoint is built in an unknown way ({0}), so it cannot make long sounds. Make a shorter one, or update QVIM Studio.</source>
   <translation>Der Decoder dieses Checkpoints ist unbekannt aufgebaut ({0}) und kann keine langen Sounds erzeugen. Einen kürzeren erzeugen oder QVIM Studio aktualisieren.</translation>
  </message>
  <message>
   <source>The denoiser of {0} reads its condition by cross-attention, as AudioLDM with Flan-T5 and AudioLDM 2 do; expected one with FiLM, which takes one vector of CLAP. Import a folder of AudioLDM 2 in the layout of diffusers instead.</source>
   <translation>Der Entrauscher von {0} liest seine Bedingung durch Cross-Attention, wie AudioLDM mit Flan-T5 und AudioLDM 2; nötig ist einer mit FiLM, der einen CLAP-Vektor nimmt. Stattdessen einen Ordner von AudioLDM 2 in der diffusers-Struktur importieren.</translation>
  </message>
  <message>
   <source>The disk is full: {0} did not fit. Make room and start again.</source>
   <translation>Das Laufwerk ist voll: {0} passte nicht mehr. Platz schaffen und neu starten.</translation>
  </message>
  <message>
   <source>The disk of {0} has {1} free, but the sounds will need about {2}. Make room, choose another folder, or ask for fewer or shorter sounds.</source>
   <translation>Auf dem Laufwerk von {0} sind {1} frei, die Sounds brauchen aber etwa {2}. Platz schaffen, einen anderen Ordner wählen oder weniger oder kürzere Sounds erzeugen.</translation>
  </message>
  <message>
   <source>The download was cancelled. It resumes from here next time.</source>
   <translation>Der Download wurde abgebrochen. Er geht beim nächsten Mal hier weiter.</translation>
  </message>
  <message>
   <source>The ears in {0} cannot be loaded ({1}). Install the program again.</source>
   <translation>Das Gehör in {0} lässt sich nicht laden ({1}). Das Programm bitte neu installieren.</translation>
  </message>
  <message>
   <source>The edit {0} is not known, expected {{"kind": …}} with one of {1}. Update QVIM Studio, or edit the clip again.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The edit {0} takes {1}, got {2}.</source>
   <translation>Die Bearbeitung {0} erwartet {1}, erhielt {2}.</translation>
  </message>
  <message>
   <source>The encoder could not be written to {0} ({1}). Make room on that disk, or let its folder be written to.</source>
   <translation>Der Encoder ließ sich nicht in {0} schreiben ({1}). Platz auf diesem Laufwerk schaffen oder den Ordner beschreibbar machen.</translation>
  </message>
  <message>
   <source>The encoder that listens is not the one that knows the bundled sounds. Choose the categories by hand.</source>
   <translation>Der Encoder, der hört, ist nicht der, der die mitgelieferten Sounds kennt. Die Kategorien von Hand wählen.</translation>
  </message>
  <message>
   <source>The entry {0} in {1} is set aside: {2}. Correct it there, or take it out with: qvim-studio checkpoints remove {3}</source>
   <translation>Der Eintrag {0} in {1} wird übergangen: {2}. Ihn dort korrigieren oder entfernen mit: qvim-studio checkpoints remove {3}</translation>
  </message>
  <message>
   <source>The export was stopped; exporting again resumes from there.</source>
   <translation>Der Export wurde gestoppt; ein erneuter Export macht dort weiter.</translation>
  </message>
  <message>
   <source>The folder {0} cannot be in the library, because its path is no text (not UTF-8). Rename it, then choose it again.</source>
   <translation>Der Ordner {0} kann nicht in die Bibliothek, weil sein Pfad kein Text ist (kein UTF-8). Ihn umbenennen und neu wählen.</translation>
  </message>
  <message>
   <source>The generation was cancelled. Nothing was written.</source>
   <translation>Die Erzeugung wurde abgebrochen. Nichts wurde geschrieben.</translation>
  </message>
  <message>
   <source>The highs must begin between {0:g} Hz and {1:g} Hz, half the sound's rate, got {2:g} Hz. Choose another frequency.</source>
   <translation>Die Höhen müssen zwischen {0:g} Hz und {1:g} Hz, der halben Samplerate des Sounds, beginnen, nicht bei {2:g} Hz. Bitte eine andere Frequenz wählen.</translation>
  </message>
  <message>
   <source>The hub answered {0} for {1}, expected the file. Try again later.</source>
   <translation>Der Hub antwortete für {1} mit {0} statt mit der Datei. Später erneut versuchen.</translation>
  </message>
  <message>
   <source>The hub does not accept your token for {0}. Log in again with 'hf auth login' (or correct HF_TOKEN) and try again.</source>
   <translation>Der Hub nimmt das Token für {0} nicht an. Mit 'hf auth login' neu anmelden (oder HF_TOKEN korrigieren) und erneut versuchen.</translation>
  </message>
  <message>
   <source>The hub knows no {0}, or your token may not read it. Check HF_ENDPOINT and the token ('hf auth login'), and try again.</source>
   <translation>Der Hub kennt {0} nicht, oder das Token darf es nicht lesen. HF_ENDPOINT und das Token prüfen ('hf auth login') und erneut versuchen.</translation>
  </message>
  <message>
   <source>The imitation is longer than the {0} ({1:.2f} s): its first {2:.2f} s were used.</source>
   <translation>Die Imitation ist länger als vorgesehen ({0}, {1:.2f} s): Ihre ersten {2:.2f} s wurden verwendet.</translation>
  </message>
  <message>
   <source>The imitation is shorter than the sound that was asked for: the rest is silent.</source>
   <translation>Die Imitation ist kürzer als der verlangte Sound: Der Rest ist still.</translation>
  </message>
  <message>
   <source>The imitation of “{0}” is not there any more ({1}). Open or record it again, then generate.</source>
   <translation>Die Imitation von „{0}“ ist nicht mehr da ({1}). Sie öffnen oder neu aufnehmen, dann erzeugen.</translation>
  </message>
  <message>
   <source>The index of the bundled sounds is missing or damaged, expected the file that comes with the program. Install the program again.</source>
   <translation>Der Index der mitgelieferten Sounds fehlt oder ist beschädigt. Das Programm bitte neu installieren.</translation>
  </message>
  <message>
   <source>The library {0} cannot be used: {1}. Make room on the disk or make its folder writable; your sounds are not touched.</source>
   <translation>Die Bibliothek {0} lässt sich nicht verwenden: {1}. Platz auf dem Laufwerk schaffen oder den Ordner beschreibbar machen; die Sounds bleiben unberührt.</translation>
  </message>
  <message>
   <source>The library {0} is damaged: {1}. Start QVIM Studio again: it goes on from its last backup then; your sounds are not touched.</source>
   <translation>Die Bibliothek {0} ist beschädigt: {1}. QVIM Studio neu starten: Es setzt dann beim letzten Backup fort; die Sounds bleiben unberührt.</translation>
  </message>
  <message>
   <source>The library {0} was damaged and is kept as {1}. {2}.</source>
   <translation>Die Bibliothek {0} war beschädigt und bleibt als {1} erhalten. {2}.</translation>
  </message>
  <message>
   <source>The library {0} was written by a newer QVIM Studio (format {1}.{2}, this one knows {3}). Update QVIM Studio; the library is left as it is.</source>
   <translation>Die Bibliothek {0} stammt von einem neueren QVIM Studio (Format {1}.{2}, hier bekannt ist {3}). QVIM Studio aktualisieren; die Bibliothek bleibt, wie sie ist.</translation>
  </message>
  <message>
   <source>The light decoder in light_vae/ is not true enough: the checkpoint's own was used. Train it longer (qvim-studio train light).</source>
   <translation>Der leichte Decoder in light_vae/ ist nicht genau genug: Der eigene des Checkpoints wurde verwendet. Ihn länger trainieren (qvim-studio train light).</translation>
  </message>
  <message>
   <source>The light decoder in {0} cannot be loaded: {1}. Delete the folder or train it again with: qvim-studio train light</source>
   <translation>Der leichte Decoder in {0} lässt sich nicht laden: {1}. Den Ordner löschen oder neu trainieren mit: qvim-studio train light</translation>
  </message>
  <message>
   <source>The list of checkpoints cannot be saved to {0}: {1}. Make that folder writable or make room, then try again.</source>
   <translation>Die Liste der Checkpoints lässt sich nicht in {0} speichern: {1}. Den Ordner beschreibbar machen oder Platz schaffen, dann erneut versuchen.</translation>
  </message>
  <message>
   <source>The list of checkpoints cannot hold {0}: its name or that of its folder is not valid UTF-8. Rename the folder and import it again.</source>
   <translation>Die Liste der Checkpoints kann {0} nicht aufnehmen: Sein Name oder der seines Ordners ist kein gültiges UTF-8. Den Ordner umbenennen und neu importieren.</translation>
  </message>
  <message>
   <source>The list of checkpoints cannot hold {0}: {1}. Correct its studio.json or rename its folder, then import it again.</source>
   <translation>Die Liste der Checkpoints kann {0} nicht aufnehmen: {1}. Seine studio.json korrigieren oder den Ordner umbenennen, dann neu importieren.</translation>
  </message>
  <message>
   <source>The list of checkpoints in {0} would not be readable with that entry, so it stays as it was. Rename the checkpoint and import it again.</source>
   <translation>Die Liste der Checkpoints in {0} wäre mit diesem Eintrag nicht mehr lesbar und bleibt daher, wie sie war. Den Checkpoint umbenennen und neu importieren.</translation>
  </message>
  <message>
   <source>The list of your own checkpoints in {0} is damaged ({1}); entries that can be read are used. Correct it there; the next import writes it again and keeps a copy.</source>
   <translation>Die Liste der eigenen Checkpoints in {0} ist beschädigt ({1}); lesbare Einträge werden verwendet. Sie dort korrigieren; der nächste Import schreibt sie neu und behält eine Kopie.</translation>
  </message>
  <message>
   <source>The loudspeaker on which the microphone was heard is gone. The take goes on; connect it again, or choose another in the settings.</source>
   <translation>Der Lautsprecher zum Mithören ist weg. Der Take läuft weiter; den Lautsprecher wieder anschließen oder in den Einstellungen einen anderen wählen.</translation>
  </message>
  <message>
   <source>The loudspeaker stopped taking sound. Check its cable or choose another in the settings.</source>
   <translation>Der Lautsprecher nimmt keinen Ton mehr an. Das Kabel prüfen oder in den Einstellungen einen anderen wählen.</translation>
  </message>
  <message>
   <source>The memory mode {0} needs a GPU that PyTorch can use (NVIDIA by CUDA, AMD by ROCm, Apple by MPS, Intel by XPU), and PyTorch {1} finds none. Choose the mode auto or cpu, or install the build of PyTorch that is made for your GPU.</source>
   <translation>Der Speichermodus {0} braucht eine GPU, die PyTorch verwenden kann (NVIDIA über CUDA, AMD über ROCm, Apple über MPS, Intel über XPU), und PyTorch {1} findet keine. Den Modus Automatisch oder Nur CPU wählen oder das PyTorch installieren, das zur GPU passt.</translation>
  </message>
  <message>
   <source>The memory of this computer is full ({0:.1f} GiB free). Close other programs, or ask for fewer variations or a shorter duration.</source>
   <translation>Der Speicher dieses Computers ist voll ({0:.1f} GiB frei). Andere Programme schließen oder weniger Varianten oder eine kürzere Länge wählen.</translation>
  </message>
  <message>
   <source>The microphone does not answer. Check the sound server or the device, or choose another in the settings.</source>
   <translation>Das Mikrofon antwortet nicht. Den Soundserver oder das Gerät prüfen oder in den Einstellungen ein anderes wählen.</translation>
  </message>
  <message>
   <source>The microphone sent nothing for {0:.0f} s. Check its cable and the system's privacy settings, or choose another in the settings.</source>
   <translation>Das Mikrofon hat {0:.0f} s lang nichts gesendet. Das Kabel und die Datenschutzeinstellungen des Systems prüfen oder in den Einstellungen ein anderes wählen.</translation>
  </message>
  <message>
   <source>The microphone stopped sending. What was recorded until then is kept; check its cable or choose another in the settings.</source>
   <translation>Das Mikrofon sendet nicht mehr. Die Aufnahme bis dahin bleibt erhalten; das Kabel prüfen oder in den Einstellungen ein anderes wählen.</translation>
  </message>
  <message>
   <source>The microphone was disconnected, and the sound server went on with another. What was recorded until then is kept; connect it again or choose another in the settings.</source>
   <translation>Das Mikrofon wurde getrennt, und der Soundserver machte mit einem anderen weiter. Die Aufnahme bis dahin bleibt erhalten; das Mikrofon wieder anschließen oder in den Einstellungen ein anderes wählen.</translation>
  </message>
  <message>
   <source>The model gave no sound for seed {0} (silence or invalid numbers). Try another seed, more steps or less guidance.</source>
   <translation>Das Modell lieferte bei Seed {0} keinen Ton (Stille oder ungültige Zahlen). Einen anderen Seed, mehr Schritte oder weniger Guidance versuchen.</translation>
  </message>
  <message>
   <source>The name template has {0}, expected some of {1}. Change it.</source>
   <translation>Die Namensvorlage enthält {0}; möglich sind {1}. Bitte ändern.</translation>
  </message>
  <message>
   <source>The name template holds {0}, expected letters, digits, space, '_' and '-' around the fields. Take it out.</source>
   <translation>Die Namensvorlage enthält {0}; um die Felder sind nur Buchstaben, Ziffern, Leerzeichen, '_' und '-' erlaubt. Bitte entfernen.</translation>
  </message>
  <message>
   <source>The name template {0} cannot be read ({1}). Put each field between one pair of braces.</source>
   <translation>Die Namensvorlage {0} ist nicht lesbar ({1}). Jedes Feld zwischen ein Paar geschweifter Klammern setzen.</translation>
  </message>
  <message>
   <source>The pack {0} cannot be written to {1}: {2}. Choose another folder or make room, then export again: it resumes where it stopped.</source>
   <translation>Das Pack {0} lässt sich nicht in {1} schreiben: {2}. Einen anderen Ordner wählen oder Platz schaffen, dann erneut exportieren: Der Export macht dort weiter.</translation>
  </message>
  <message>
   <source>The pack's {0} holds no letter or digit, got {1}. Give one.</source>
   <translation>Im Feld {0} des Packs steht weder Buchstabe noch Ziffer, sondern {1}. Bitte ausfüllen.</translation>
  </message>
  <message>
   <source>The part must be {0:g} to {1:g} s long, got {2:g} to {3:g} s. Choose another one.</source>
   <translation>Der Teil muss {0:g} bis {1:g} s lang sein, gewählt ist {2:g} bis {3:g} s. Bitte einen anderen wählen.</translation>
  </message>
  <message>
   <source>The part must begin within the sound, 0 to {0:.2f} s, got {1:g} s. Choose a part of the sound, or continue it.</source>
   <translation>Der Teil muss innerhalb des Sounds beginnen, bei 0 bis {0:.2f} s, nicht bei {1:g} s. Einen Teil des Sounds wählen oder ihn fortsetzen.</translation>
  </message>
  <message>
   <source>The part {0}/ of the checkpoint in {1} cannot be loaded: {2}. Copy or download it again.</source>
   <translation>Der Teil {0}/ des Checkpoints in {1} lässt sich nicht laden: {2}. Bitte neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The part {0}/ of the checkpoint in {1} has no readable config.json ({2}). Copy or download it again.</source>
   <translation>Der Teil {0}/ des Checkpoints in {1} hat keine lesbare config.json ({2}). Bitte neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The part {0}/ of {1} cannot be loaded: {2}. Convert the published files again.</source>
   <translation>Der Teil {0}/ von {1} lässt sich nicht laden: {2}. Die veröffentlichten Dateien neu umwandeln.</translation>
  </message>
  <message>
   <source>The parts in {0} do not belong together: the UNet reads tokens of {1} numbers and the encoder makes {2}. Convert the published files again.</source>
   <translation>Die Teile in {0} gehören nicht zusammen: Das UNet liest Tokens aus {1} Zahlen, der Encoder liefert {2}. Die veröffentlichten Dateien neu umwandeln.</translation>
  </message>
  <message>
   <source>The parts in {0} do not belong together: the UNet takes and gives {1} channels, expected {2}, and the vocoder {3} mel bands, expected {4}. Convert the published file again.</source>
   <translation>Die Teile in {0} gehören nicht zusammen: Das UNet hat {1} Kanäle statt {2}, der Vocoder {3} Mel-Bänder statt {4}. Die veröffentlichte Datei neu umwandeln.</translation>
  </message>
  <message>
   <source>The pitch tracker's weights in {0} cannot be read ({1}), expected the file that comes with QVIM Studio. Install QVIM Studio again.</source>
   <translation>Die Gewichte der Tonhöhenerkennung in {0} lassen sich nicht lesen ({1}). QVIM Studio bitte neu installieren.</translation>
  </message>
  <message>
   <source>The presets of the kit cannot be written to {0}: {1}. Choose another folder or make room, then try again.</source>
   <translation>Die Presets des Kits lassen sich nicht in {0} schreiben: {1}. Einen anderen Ordner wählen oder Platz schaffen, dann erneut versuchen.</translation>
  </message>
  <message>
   <source>The process that listens to your sounds ended unexpectedly ({0}). What is indexed so far is kept; start indexing again.</source>
   <translation>Der Prozess, der die Sounds analysiert, wurde unerwartet beendet ({0}). Das bisher Erfasste bleibt erhalten; die Analyse neu starten.</translation>
  </message>
  <message>
   <source>The quietest {0:.0f} ms lie at {1:.0f} dBFS, above {2:.0f}: there may be noise.</source>
   <translation>Die leisesten {0:.0f} ms liegen bei {1:.0f} dBFS, über {2:.0f}: Vielleicht rauscht es.</translation>
  </message>
  <message>
   <source>The recipe is of version {0}, written by a newer QVIM Studio; versions up to {1} are read here. Update QVIM Studio and try again.</source>
   <translation>Das Rezept hat Version {0} und stammt von einem neueren QVIM Studio; lesbar sind Versionen bis {1}. QVIM Studio aktualisieren und erneut versuchen.</translation>
  </message>
  <message>
   <source>The registry does not say the {0} of this MusicGen, so its memory is not known. Download it to see.</source>
   <translation>Das Verzeichnis nennt {0} dieses MusicGen nicht, daher ist sein Speicherbedarf unbekannt. Nach dem Herunterladen ist er bekannt.</translation>
  </message>
  <message>
   <source>The registry's sizes of an AudioLDM cannot be used ({0}). Correct them there.</source>
   <translation>Die Größen eines AudioLDM im Verzeichnis sind nicht brauchbar ({0}). Sie dort korrigieren.</translation>
  </message>
  <message>
   <source>The sample rate must be one of {0} Hz, got {1}. Choose one.</source>
   <translation>Die Samplerate muss eine dieser sein: {0} Hz, nicht {1}. Bitte eine wählen.</translation>
  </message>
  <message>
   <source>The samples reach {0:+.1f} dBFS, above full scale: players and samplers cut that. Normalize the peaks.</source>
   <translation>Die Samples reichen bis {0:+.1f} dBFS, über Vollaussteuerung: Player und Sampler schneiden das ab. Die Spitzen normalisieren.</translation>
  </message>
  <message>
   <source>The samples reach {0:+.1f} dBFS, and {1}-bit files end at 0: the sound was made {2:.1f} dB quieter. Choose 32 bits (float) to keep its level, or normalize the peaks of all sounds.</source>
   <translation>Die Samples reichen bis {0:+.1f} dBFS, {1}-Bit-Dateien nur bis 0: Der Sound wurde um {2:.1f} dB leiser gemacht. 32 Bit (Float) wählen, um den Pegel zu behalten, oder die Spitzen aller Sounds normalisieren.</translation>
  </message>
  <message>
   <source>The search index {0} cannot be written: {1}. Make room on the disk, then index again; what is done so far is kept.</source>
   <translation>Der Suchindex {0} lässt sich nicht schreiben: {1}. Platz auf dem Laufwerk schaffen und die Analyse neu starten; das bisher Erledigte bleibt erhalten.</translation>
  </message>
  <message>
   <source>The setting {0} must be {1}, got {2}. Choose it again in the settings.</source>
   <translation>Die Einstellung {0} muss {1} sein, nicht {2}. Bitte in den Einstellungen neu wählen.</translation>
  </message>
  <message>
   <source>The setting {0} must lie between {1} and {2}, got {3}. Choose a value in that range.</source>
   <translation>Die Einstellung {0} muss zwischen {1} und {2} liegen, nicht bei {3}. Bitte einen Wert in diesem Bereich wählen.</translation>
  </message>
  <message>
   <source>The settings cannot be saved to {0}: {1}. Make that folder writable; until then changes last for this session only.</source>
   <translation>Die Einstellungen lassen sich nicht in {0} speichern: {1}. Den Ordner beschreibbar machen; bis dahin gelten Änderungen nur für diese Sitzung.</translation>
  </message>
  <message>
   <source>The settings in {0} {1}; the studio starts with its defaults. {2}</source>
   <translation>Die Einstellungen in {0} lassen sich nicht verwenden ({1}); das Studio startet mit seinen Vorgaben. {2}</translation>
  </message>
  <message>
   <source>The settings name a device as {0}, expected its name, host API and number. Choose the device again in the settings.</source>
   <translation>Die Einstellungen nennen ein Gerät als {0} statt mit Name, Host-API und Nummer. Das Gerät in den Einstellungen neu wählen.</translation>
  </message>
  <message>
   <source>The settings of the part {0}/ of {1} cannot be understood ({2}). Convert the published files again.</source>
   <translation>Die Einstellungen des Teils {0}/ von {1} sind nicht lesbar ({2}). Die veröffentlichten Dateien neu umwandeln.</translation>
  </message>
  <message>
   <source>The sizes of AudioSR in {0} cannot be read ({1}). Convert the published file again.</source>
   <translation>Die Größen von AudioSR in {0} lassen sich nicht lesen ({1}). Die veröffentlichte Datei neu umwandeln.</translation>
  </message>
  <message>
   <source>The sizes of the checkpoint in {0} cannot be read ({1}). Convert the published files again.</source>
   <translation>Die Größen des Checkpoints in {0} lassen sich nicht lesen ({1}). Die veröffentlichten Dateien neu umwandeln.</translation>
  </message>
  <message>
   <source>The sizes of the checkpoint in {0} cannot be read ({1}). Copy or download it again.</source>
   <translation>Die Größen des Checkpoints in {0} lassen sich nicht lesen ({1}). Bitte neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The sound does not end in silence: its tail is cut off. Add a fade-out.</source>
   <translation>Der Sound endet nicht in Stille: Sein Ausklang ist abgeschnitten. Ein Fade-out hinzufügen.</translation>
  </message>
  <message>
   <source>The sound engine ended unexpectedly ({0}). Your take is kept: press Generate to start it again; fewer variations or a shorter sound need less memory.</source>
   <translation>Die Sound-Engine wurde unerwartet beendet ({0}). Der Take bleibt erhalten: Erzeugen startet sie neu; weniger Varianten oder ein kürzerer Sound brauchen weniger Speicher.</translation>
  </message>
  <message>
   <source>The sound lies beside zero (a constant offset). Take it away: {{"kind": "remove_dc"}}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The sound reaches up to {0:.0f} Hz: no highs are missing. Say from which frequency they should be regenerated, or choose another sound.</source>
   <translation>Der Sound reicht bis {0:.0f} Hz: Es fehlen keine Höhen. Angeben, ab welcher Frequenz sie neu entstehen sollen, oder einen anderen Sound wählen.</translation>
  </message>
  <message>
   <source>The sound reaches {0:.1f} kHz already, so there are no highs to add. Choose a duller one.</source>
   <translation>Der Sound reicht bereits bis {0:.1f} kHz, also gibt es keine Höhen zu ergänzen. Einen dumpferen wählen.</translation>
  </message>
  <message>
   <source>The sound system does not answer. Check the sound server or the device, then restart QVIM Studio.</source>
   <translation>Das Audiosystem antwortet nicht. Den Soundserver oder das Gerät prüfen, dann QVIM Studio neu starten.</translation>
  </message>
  <message>
   <source>The strength of a change must lie between {0:g} and {1:g}, got {2:g}. 1 is as it was trained.</source>
   <translation>Die Stärke einer Änderung muss zwischen {0:g} und {1:g} liegen, nicht bei {2:g}. Bei 1 wirkt sie wie trainiert.</translation>
  </message>
  <message>
   <source>The student in student/ belongs to another UNet or is no better than it: the checkpoint's own steps were taken. Train it again (qvim-studio train student).</source>
   <translation>Der Student in student/ gehört zu einem anderen UNet oder ist nicht besser: Die eigenen Schritte des Checkpoints wurden verwendet. Ihn neu trainieren (qvim-studio train student).</translation>
  </message>
  <message>
   <source>The student in {0} cannot be read: expected {1} ({2}). Delete the folder or train it again with: qvim-studio train student</source>
   <translation>Der Student in {0} lässt sich nicht lesen: Nötig ist {1} ({2}). Den Ordner löschen oder neu trainieren mit: qvim-studio train student</translation>
  </message>
  <message>
   <source>The student {0} does not fit this UNet or is damaged ({1}). Delete its folder or train it again with: qvim-studio train student</source>
   <translation>Der Student {0} passt nicht zu diesem UNet oder ist beschädigt ({1}). Seinen Ordner löschen oder neu trainieren mit: qvim-studio train student</translation>
  </message>
  <message>
   <source>The tagger {0} cannot be loaded ({1}). Install the program again.</source>
   <translation>Der Tagger {0} lässt sich nicht laden ({1}). Das Programm bitte neu installieren.</translation>
  </message>
  <message>
   <source>The take cannot be written to {0}: {1}. Free some space or make the folder writable, then record again.</source>
   <translation>Der Take lässt sich nicht in {0} schreiben: {1}. Platz schaffen oder den Ordner beschreibbar machen, dann neu aufnehmen.</translation>
  </message>
  <message>
   <source>The take holds {0} sounds, expected at most {1}, one for each key. Cut it into several takes.</source>
   <translation>Der Take enthält {0} Sounds, möglich sind höchstens {1}, einer pro Taste. Ihn in mehrere Takes teilen.</translation>
  </message>
  <message>
   <source>The take lasts {0:.1f} s: {1} makes {2:g} s of it. Choose a part of it, or another checkpoint, such as the starter.</source>
   <translation>Der Take dauert {0:.1f} s: {1} erzeugt davon {2:g} s. Einen Teil davon oder einen anderen Checkpoint wählen, etwa den Starter.</translation>
  </message>
  <message>
   <source>The take {0} is no longer there. Choose another.</source>
   <translation>Der Take {0} ist nicht mehr da. Bitte einen anderen wählen.</translation>
  </message>
  <message>
   <source>The text encoder of the checkpoint in {0} cannot be loaded: {1}. Copy or download it again.</source>
   <translation>Der Text-Encoder des Checkpoints in {0} lässt sich nicht laden: {1}. Bitte neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The text is longer than the model reads: its first {0} tokens were used.</source>
   <translation>Der Text ist länger, als das Modell liest: Die ersten {0} Tokens wurden verwendet.</translation>
  </message>
  <message>
   <source>The text tower of the checkpoint in {0} cannot be loaded: {1}. Copy or download text_encoder/ and tokenizer/ again.</source>
   <translation>Der Textteil des Checkpoints in {0} lässt sich nicht laden: {1}. text_encoder/ und tokenizer/ neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The text {0}… is longer than the {1} word pieces that this checkpoint reads: the rest was left out.</source>
   <translation>Der Text {0} … ist länger als die {1} Wortteile, die dieser Checkpoint liest: Der Rest blieb weg.</translation>
  </message>
  <message>
   <source>The tokens are of another model: got {0}, expected {1} (rate, vocabularies). Choose the checkpoint that they were made with.</source>
   <translation>Die Tokens gehören zu einem anderen Modell: {0} statt {1} (Rate, Vokabulare). Den Checkpoint wählen, mit dem sie entstanden.</translation>
  </message>
  <message>
   <source>The tokens are of different models: {0} and {1} (rate, vocabularies). Make both with the same checkpoint.</source>
   <translation>Die Tokens gehören zu verschiedenen Modellen: {0} und {1} (Rate, Vokabulare). Beide mit demselben Checkpoint erzeugen.</translation>
  </message>
  <message>
   <source>The tokens cannot be written to {0} ({1}). Choose a folder that can be written to, or make room.</source>
   <translation>Die Tokens lassen sich nicht in {0} schreiben ({1}). Einen beschreibbaren Ordner wählen oder Platz schaffen.</translation>
  </message>
  <message>
   <source>The trim starts at {0} s, the clip lasts {1:.2f} s: nothing is left. Choose an earlier part.</source>
   <translation>Der Schnitt beginnt bei {0} s, der Clip dauert {1:.2f} s: Es bliebe nichts übrig. Einen früheren Teil wählen.</translation>
  </message>
  <message>
   <source>The weights in {0} follow the curve {1}, expected some of {2}. Use weights that were trained for these.</source>
   <translation>Die Gewichte in {0} folgen der Kurve {1}, nötig sind welche von {2}. Gewichte nehmen, die dafür trainiert wurden.</translation>
  </message>
  <message>
   <source>The weights in {0}/ cannot be read ({1}). Copy or download the checkpoint again.</source>
   <translation>Die Gewichte in {0}/ lassen sich nicht lesen ({1}). Den Checkpoint neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The weights of the checkpoint in {0} cannot be loaded: {1}. Copy or download it again.</source>
   <translation>Die Gewichte des Checkpoints in {0} lassen sich nicht laden: {1}. Bitte neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The weights of {0} could not be written as safetensors ({1}). Make room on that disk, or let its folder be written to, and try again.</source>
   <translation>Die Gewichte von {0} ließen sich nicht als Safetensors schreiben ({1}). Platz schaffen oder den Ordner beschreibbar machen und erneut versuchen.</translation>
  </message>
  <message>
   <source>The words {0} hold bytes that are not valid UTF-8, expected text. Type them again; on the command line, use a UTF-8 locale such as C.UTF-8.</source>
   <translation>Der Text {0} enthält Bytes, die kein gültiges UTF-8 sind. Bitte neu eingeben; auf der Kommandozeile hilft ein UTF-8-Locale wie C.UTF-8.</translation>
  </message>
  <message>
   <source>The {0} in {1} cannot be loaded: expected {2} and a fitting {3} ({4}). {5}</source>
   <translation>{0} in {1} lässt sich nicht laden: Nötig sind {2} und eine passende {3} ({4}). {5}</translation>
  </message>
  <message>
   <source>The {0} must lie between {1} and {2} {3}, got {4}. Choose another.</source>
   <translation>{0} muss zwischen {1} und {2} {3} liegen, nicht bei {4}. Bitte einen anderen Wert wählen.</translation>
  </message>
  <message>
   <source>The {0} of a UCS name takes 1 to {1} letters, digits and inner spaces of ASCII, got {2}. Shorten or reword it.</source>
   <translation>{0} eines UCS-Namens besteht aus 1 bis {1} Buchstaben, Ziffern und inneren Leerzeichen (ASCII), nicht aus {2}. Bitte kürzen oder umformulieren.</translation>
  </message>
  <message>
   <source>The {0} of a device must be a text, got {1}. Choose the device again in the settings.</source>
   <translation>{0} eines Geräts muss ein Text sein, nicht {1}. Das Gerät in den Einstellungen neu wählen.</translation>
  </message>
  <message>
   <source>The {0} of a device must be a whole number from {1} on, got {2}. Choose the device again in the settings.</source>
   <translation>{0} eines Geräts muss eine ganze Zahl ab {1} sein, nicht {2}. Das Gerät in den Einstellungen neu wählen.</translation>
  </message>
  <message>
   <source>The {0} of the checkpoint in {1} cannot be loaded: {2}. Copy or download the whole checkpoint again.</source>
   <translation>{0} des Checkpoints in {1} lässt sich nicht laden: {2}. Den ganzen Checkpoint neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>The {0} “{1}” is not connected. Connect it or choose another in the settings.</source>
   <translation>Das Gerät „{1}“ ({0}) ist nicht angeschlossen. Es anschließen oder in den Einstellungen ein anderes wählen.</translation>
  </message>
  <message>
   <source>There is already a checkpoint {0}. Rename the folder (or the id in its {1}) and import it again.</source>
   <translation>Einen Checkpoint {0} gibt es schon. Den Ordner (oder die id in seiner {1}) umbenennen und neu importieren.</translation>
  </message>
  <message>
   <source>There is no LoRA {0}; there is {1}.</source>
   <translation>Ein LoRA {0} gibt es nicht; es gibt {1}.</translation>
  </message>
  <message>
   <source>There is no UCS category {0}, expected a CatID such as {1}. Choose one from the list.</source>
   <translation>Die UCS-Kategorie {0} gibt es nicht; nötig ist eine CatID wie {1}. Bitte eine aus der Liste wählen.</translation>
  </message>
  <message>
   <source>There is no channel {0} to flip, the clip has {1}. Choose another.</source>
   <translation>Kanal {0} zum Umkehren gibt es nicht, der Clip hat {1}. Bitte einen anderen wählen.</translation>
  </message>
  <message>
   <source>There is no checkpoint {0} in the registry. Expected one of {1}.</source>
   <translation>Den Checkpoint {0} gibt es im Verzeichnis nicht. Möglich sind {1}.</translation>
  </message>
  <message>
   <source>There is no checkpoint {0} that it could be for. Expected one of {1}.</source>
   <translation>Den Checkpoint {0}, zu dem es gehören könnte, gibt es nicht. Möglich sind {1}.</translation>
  </message>
  <message>
   <source>There is no checkpoint {0}. Expected one of {1}, or a folder in the diffusers layout.{2}</source>
   <translation>Den Checkpoint {0} gibt es nicht. Möglich sind {1} oder ein Ordner in der diffusers-Struktur.{2}</translation>
  </message>
  <message>
   <source>There is no encoder file {0}. Give a .safetensors, .pt or .ckpt file, or a folder that holds {1}.</source>
   <translation>Die Encoder-Datei {0} gibt es nicht. Eine .safetensors-, .pt- oder .ckpt-Datei angeben oder einen Ordner mit {1}.</translation>
  </message>
  <message>
   <source>There is no encoder {0}. Expected one of {1}, or a file of weights.</source>
   <translation>Den Encoder {0} gibt es nicht. Möglich sind {1} oder eine Datei mit Gewichten.</translation>
  </message>
  <message>
   <source>There is no family of generators {0}; there are {1}. Update QVIM Studio, or install the package that brings it.</source>
   <translation>Die Familie {0} gibt es nicht; es gibt {1}. QVIM Studio aktualisieren oder das Paket installieren, das sie mitbringt.</translation>
  </message>
  <message>
   <source>There is no file {0}. Check the name and the folder.</source>
   <translation>Die Datei {0} gibt es nicht. Name und Ordner prüfen.</translation>
  </message>
  <message>
   <source>There is no file {0}. Give the file that was downloaded.</source>
   <translation>Die Datei {0} gibt es nicht. Bitte die heruntergeladene Datei angeben.</translation>
  </message>
  <message>
   <source>There is no finishing {0}, expected one of {1}. Choose one.</source>
   <translation>Die Nachbearbeitung {0} gibt es nicht; möglich sind {1}. Bitte eine wählen.</translation>
  </message>
  <message>
   <source>There is no folder {0}. Give the folder of a checkpoint.</source>
   <translation>Den Ordner {0} gibt es nicht. Bitte den Ordner eines Checkpoints angeben.</translation>
  </message>
  <message>
   <source>There is no folder “{0}” to search in. Give a folder that holds sounds.</source>
   <translation>Den Ordner „{0}“ zum Durchsuchen gibt es nicht. Bitte einen Ordner mit Sounds angeben.</translation>
  </message>
  <message>
   <source>There is no imported encoder {0}; there is {1}. The encoder that ships stays.</source>
   <translation>Einen importierten Encoder {0} gibt es nicht; es gibt {1}. Der mitgelieferte Encoder bleibt.</translation>
  </message>
  <message>
   <source>There is no kind of upscaler {0}; there are {1}. Update QVIM Studio.</source>
   <translation>Die Upscaler-Art {0} gibt es nicht; es gibt {1}. QVIM Studio aktualisieren.</translation>
  </message>
  <message>
   <source>There is no real sound to fit to the imitation.</source>
   <translation>Es gibt keinen echten Sound, der sich an die Imitation anpassen ließe.</translation>
  </message>
  <message>
   <source>There is no room for the pack {0} in {1}: {2}. Choose another folder or make room.</source>
   <translation>Für das Pack {0} ist in {1} kein Platz: {2}. Einen anderen Ordner wählen oder Platz schaffen.</translation>
  </message>
  <message>
   <source>There is no second sound, so everything was taken from the voice.</source>
   <translation>Es gibt keinen zweiten Sound, daher stammt alles von der Stimme.</translation>
  </message>
  <message>
   <source>There is no sound to start from: started from noise.</source>
   <translation>Es gibt keinen Ausgangssound: von Rauschen ausgegangen.</translation>
  </message>
  <message>
   <source>There is no upscaler {0}. Expected one of {1}, or a folder that holds {2}; 'checkpoints convert' makes it of a published file.</source>
   <translation>Den Upscaler {0} gibt es nicht. Möglich sind {1} oder ein Ordner mit {2}; 'checkpoints convert' erstellt ihn aus einer veröffentlichten Datei.</translation>
  </message>
  <message>
   <source>They are kept as {0}.</source>
   <translation>Sie bleiben als {0} erhalten.</translation>
  </message>
  <message>
   <source>They stay untouched until you save.</source>
   <translation>Sie bleiben bis zum nächsten Speichern unberührt.</translation>
  </message>
  <message>
   <source>This SemantiCodec was closed. Load the checkpoint again.</source>
   <translation>Dieses SemantiCodec ist geschlossen. Den Checkpoint neu laden.</translation>
  </message>
  <message>
   <source>This UNet has no class embedding, so there is no FiLM to tune: expected one with class_embeddings_concat, as AudioLDM's. Choose a checkpoint of the AudioLDM family.</source>
   <translation>Dieses UNet hat kein Klassen-Embedding und daher kein FiLM zum Trainieren: Nötig ist eines mit class_embeddings_concat wie bei AudioLDM. Einen Checkpoint der AudioLDM-Familie wählen.</translation>
  </message>
  <message>
   <source>This checkpoint follows words alone: the melody was not heard.</source>
   <translation>Dieser Checkpoint folgt nur dem Text: Die Melodie blieb ungehört.</translation>
  </message>
  <message>
   <source>This checkpoint hardly knows these words: {0}. Others may do more.</source>
   <translation>Dieser Checkpoint kennt diese Wörter kaum: {0}. Andere bewirken vielleicht mehr.</translation>
  </message>
  <message>
   <source>This checkpoint has no option {0}; it has {1}. Remove the value, or choose another checkpoint.</source>
   <translation>Dieser Checkpoint hat keine Option {0}, sondern {1}. Den Wert entfernen oder einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>This recipe holds a value that is not known here ({0}). It may come from a newer QVIM Studio; update and try again.</source>
   <translation>Dieses Rezept enthält einen hier unbekannten Wert ({0}). Es stammt vielleicht von einem neueren QVIM Studio; aktualisieren und erneut versuchen.</translation>
  </message>
  <message>
   <source>This recipe uses another sound{0}, which it names only by its hash. Choose that sound again; on the command line, with {1}.</source>
   <translation>Dieses Rezept verwendet einen weiteren Sound{0}, den es nur über seinen Hash nennt. Jenen Sound neu wählen; auf der Kommandozeile mit {1}.</translation>
  </message>
  <message>
   <source>This sound is an edit of another one, which its recipe names only by its hash. Choose the part of that sound again.</source>
   <translation>Dieser Sound ist die Bearbeitung eines anderen, den das Rezept nur über seinen Hash nennt. Den Teil jenes Sounds neu wählen.</translation>
  </message>
  <message>
   <source>This sound is another one with highs, which its recipe names only by its hash. Upscale that sound again.</source>
   <translation>Dieser Sound ist ein anderer mit ergänzten Höhen, den das Rezept nur über seinen Hash nennt. Jenen Sound neu hochrechnen.</translation>
  </message>
  <message>
   <source>This sound lies beside zero (a constant offset, as of a faulty cable or interface): the offset was taken away before listening.</source>
   <translation>Dieser Sound hat einen Gleichspannungsversatz, etwa durch ein defektes Kabel oder Interface: Der Versatz wurde vor der Analyse entfernt.</translation>
  </message>
  <message>
   <source>This take holds nothing above {0:.1f} kHz, as from a headset that plays and records at once. Another microphone hears more of your voice.</source>
   <translation>Dieser Take enthält nichts über {0:.1f} kHz, wie bei einem Headset, das gleichzeitig abspielt und aufnimmt. Ein anderes Mikrofon hört mehr von der Stimme.</translation>
  </message>
  <message>
   <source>This take is clipped: {0:.1f} % of its samples are cut off at full scale and distorted. Lower the gain in the recording options or go farther from the microphone; of a file take a version that is not clipped.</source>
   <translation>Dieser Take ist übersteuert: {0:.1f} % seiner Samples sind bei Vollaussteuerung abgeschnitten und verzerrt. Den Gain in den Aufnahmeoptionen senken oder Abstand zum Mikrofon halten; bei einer Datei eine nicht übersteuerte Fassung nehmen.</translation>
  </message>
  <message>
   <source>This take is very quiet: its loudest moment lies at {0:.0f} dBFS. It is used as it is; raise the gain in the recording options or come nearer, for in a quiet take the noise is imitated, too.</source>
   <translation>Dieser Take ist sehr leise: Die lauteste Stelle liegt bei {0:.0f} dBFS. Er wird so verwendet; den Gain in den Aufnahmeoptionen erhöhen oder näher herangehen, denn bei leisen Takes wird auch das Rauschen imitiert.</translation>
  </message>
  <message>
   <source>What came of {0} cannot be deleted ({1}). Close the programs that use it, then delete {2} yourself.</source>
   <translation>Was von {0} ankam, lässt sich nicht löschen ({1}). Programme schließen, die darauf zugreifen, dann {2} von Hand löschen.</translation>
  </message>
  <message>
   <source>What was kept of the sound stays under that sound's own licence.</source>
   <translation>Was vom Sound erhalten blieb, steht weiter unter dessen eigener Lizenz.</translation>
  </message>
  <message>
   <source>What was there of the sound stays under that sound's own licence.</source>
   <translation>Was vom Sound schon da war, steht weiter unter dessen eigener Lizenz.</translation>
  </message>
  <message>
   <source>Your own encoder {0} heard the imitation.</source>
   <translation>Der eigene Encoder {0} hat die Imitation gehört.</translation>
  </message>
  <message>
   <source>a fault in a driver or library</source>
   <translation>ein Fehler in einem Treiber oder einer Bibliothek</translation>
  </message>
  <message>
   <source>auto</source>
   <translation>Automatisch</translation>
  </message>
  <message>
   <source>balanced</source>
   <translation>Ausgewogen</translation>
  </message>
  <message>
   <source>could not be brought up to date</source>
   <translation>nicht zu aktualisieren</translation>
  </message>
  <message>
   <source>could not be read</source>
   <translation>nicht lesbar</translation>
  </message>
  <message>
   <source>cpu</source>
   <translation>Nur CPU</translation>
  </message>
  <message>
   <source>high</source>
   <translation>Hoch</translation>
  </message>
  <message>
   <source>loudspeaker</source>
   <translation>Lautsprecher</translation>
  </message>
  <message>
   <source>low</source>
   <translation>Niedrig</translation>
  </message>
  <message>
   <source>microphone</source>
   <translation>Mikrofon</translation>
  </message>
  <message>
   <source>minimal</source>
   <translation>Minimal</translation>
  </message>
  <message>
   <source>stopped by the system, mostly for want of memory</source>
   <translation>vom System gestoppt, meist aus Speichermangel</translation>
  </message>
  <message>
   <source>{0} ({1}) must lie between {2:g} and {3:g}{4}, got {5}{6}. Choose a value in that range.</source>
   <translation>{0} ({1}) muss zwischen {2:g} und {3:g}{4} liegen, nicht bei {5}{6}. Bitte einen Wert in diesem Bereich wählen.</translation>
  </message>
  <message>
   <source>{0} ({1}) takes one of {2}, got {3}. Choose one of them.</source>
   <translation>{0} ({1}) erwartet einen dieser Werte: {2}; erhielt {3}. Bitte einen davon wählen.</translation>
  </message>
  <message>
   <source>{0} ({1}) takes {2}, got {3}. Choose another value.</source>
   <translation>{0} ({1}) erwartet {2}, erhielt {3}. Bitte einen anderen Wert wählen.</translation>
  </message>
  <message>
   <source>{0} The sound that did not fit is kept as {1}.</source>
   <translation>{0} Der Sound, der nicht mehr passte, bleibt als {1} erhalten.</translation>
  </message>
  <message>
   <source>{0} Until then {1} is used.</source>
   <translation>{0} Bis dahin dient {1}.</translation>
  </message>
  <message>
   <source>{0} adds highs to sounds and makes none by itself. Choose a checkpoint that makes sounds; what adds highs to them is chosen beside it.</source>
   <translation>{0} ergänzt Höhen und erzeugt selbst keine Sounds. Einen Checkpoint wählen, der Sounds erzeugt; was Höhen ergänzt, wird daneben gewählt.</translation>
  </message>
  <message>
   <source>{0} after 'loop' would break the seam, expected it before. Change the order.</source>
   <translation>{0} nach 'loop' würde die Nahtstelle zerstören und gehört davor. Die Reihenfolge ändern.</translation>
  </message>
  <message>
   <source>{0} already exists and is another file. Choose an empty folder.</source>
   <translation>{0} existiert bereits und ist eine andere Datei. Bitte einen leeren Ordner wählen.</translation>
  </message>
  <message>
   <source>{0} already holds a {1}, which is never overwritten. Choose another name or folder, or move the old pack away.</source>
   <translation>{0} enthält bereits {1} und wird nie überschrieben. Einen anderen Namen oder Ordner wählen oder das alte Pack verschieben.</translation>
  </message>
  <message>
   <source>{0} already holds something. Choose a new folder, so that nothing is lost.</source>
   <translation>{0} ist nicht leer. Bitte einen neuen Ordner wählen, damit nichts verloren geht.</translation>
  </message>
  <message>
   <source>{0} arrived incomplete ({1}). Start the download again; it goes on where this one stopped.</source>
   <translation>{0} kam unvollständig an ({1}). Den Download neu starten; er macht dort weiter.</translation>
  </message>
  <message>
   <source>{0} cannot be checked ({1}), expected the folder or the zip of a pack. Check the name, or copy it again.</source>
   <translation>{0} lässt sich nicht prüfen ({1}); nötig ist der Ordner oder die ZIP-Datei eines Packs. Den Namen prüfen oder neu kopieren.</translation>
  </message>
  <message>
   <source>{0} cannot be converted. Give one of these: {1}.</source>
   <translation>{0} lässt sich nicht umwandeln. Möglich sind: {1}.</translation>
  </message>
  <message>
   <source>{0} cannot be deleted ({1}). Close the programs that use it, and try again.</source>
   <translation>{0} lässt sich nicht löschen ({1}). Programme schließen, die darauf zugreifen, und noch einmal versuchen.</translation>
  </message>
  <message>
   <source>{0} cannot be downloaded in offline mode. Unset HF_HUB_OFFLINE and retry.</source>
   <translation>{0} lässt sich im Offline-Modus nicht herunterladen. HF_HUB_OFFLINE aufheben und erneut versuchen.</translation>
  </message>
  <message>
   <source>{0} cannot be made ({1}). Let its folder be written to.</source>
   <translation>{0} lässt sich nicht anlegen ({1}). Den Ordner beschreibbar machen.</translation>
  </message>
  <message>
   <source>{0} cannot be opened ({1}). Check its name and that you may read it.</source>
   <translation>{0} lässt sich nicht öffnen ({1}). Den Namen und die Leserechte prüfen.</translation>
  </message>
  <message>
   <source>{0} cannot be opened ({1}). Check the name and that you may read it.</source>
   <translation>{0} lässt sich nicht öffnen ({1}). Den Namen und die Leserechte prüfen.</translation>
  </message>
  <message>
   <source>{0} cannot be read ({1}), expected the sound that the part is of. Check that it is still there.</source>
   <translation>{0} lässt sich nicht lesen ({1}); nötig ist der Sound, zu dem der Teil gehört. Prüfen, ob er noch da ist.</translation>
  </message>
  <message>
   <source>{0} cannot be read ({1}). Install the program again.</source>
   <translation>{0} lässt sich nicht lesen ({1}). Das Programm bitte neu installieren.</translation>
  </message>
  <message>
   <source>{0} cannot be read as a stem file ({1}). Expected an MP4 with a stream for the mix and one for each stem; export it again, or give the stems as WAV.</source>
   <translation>{0} kann nicht als Stem-Datei gelesen werden ({1}). Nötig ist ein MP4 mit einer Spur für den Mix und einer für jeden Stem; bitte neu exportieren oder die Stems als WAV angeben.</translation>
  </message>
  <message>
   <source>{0} cannot be read as audio ({1}). Convert it and try again.</source>
   <translation>{0} lässt sich nicht als Audio lesen ({1}). Die Datei konvertieren und erneut versuchen.</translation>
  </message>
  <message>
   <source>{0} cannot be read as audio ({1}). Expected {2}; convert the file and try again.</source>
   <translation>{0} lässt sich nicht als Audio lesen ({1}). Lesbar sind {2}; die Datei konvertieren und erneut versuchen.</translation>
  </message>
  <message>
   <source>{0} cannot be read as encoder weights: expected safetensors or a plain PyTorch state dict, got a file of another kind or a damaged one. Give another file, or download this one again.</source>
   <translation>{0} lässt sich nicht als Encoder-Gewichte lesen: Nötig sind Safetensors oder ein einfaches PyTorch-State-Dict; die Datei ist von anderer Art oder beschädigt. Eine andere angeben oder diese neu herunterladen.</translation>
  </message>
  <message>
   <source>{0} cannot be read as the tagger mn04_as: expected its safetensors file ({1}). Give that file with --weights.</source>
   <translation>{0} lässt sich nicht als Tagger mn04_as lesen: Nötig ist seine Safetensors-Datei ({1}). Sie mit --weights angeben.</translation>
  </message>
  <message>
   <source>{0} cannot be understood ({1}). Copy or download it again.</source>
   <translation>{0} ist nicht lesbar ({1}). Noch einmal kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>{0} cannot be understood ({1}). Copy or train the control weights again.</source>
   <translation>{0} ist nicht lesbar ({1}). Die Steuergewichte neu kopieren oder trainieren.</translation>
  </message>
  <message>
   <source>{0} cannot be understood ({1}). Copy the control weights again.</source>
   <translation>{0} ist nicht lesbar ({1}). Die Steuergewichte neu kopieren.</translation>
  </message>
  <message>
   <source>{0} cannot be understood ({1}). Correct it or copy the checkpoint again.</source>
   <translation>{0} ist nicht lesbar ({1}). Die Datei korrigieren oder den Checkpoint neu kopieren.</translation>
  </message>
  <message>
   <source>{0} cannot be written to {1}: {2}. Choose another folder or make room, then try again.</source>
   <translation>{0} lässt sich nicht in {1} schreiben: {2}. Einen anderen Ordner wählen oder Platz schaffen, dann erneut versuchen.</translation>
  </message>
  <message>
   <source>{0} cannot hear with the encoder {1}: it is not here, or no adapter of this checkpoint was trained with it. Choose one of {2}, or import the adapter with: qvim-studio checkpoints import FOLDER --base ID</source>
   <translation>{0} kann mit dem Encoder {1} nicht hören: Er ist nicht hier, oder kein Adapter dieses Checkpoints wurde mit ihm trainiert. Einen von {2} wählen oder den Adapter importieren mit: qvim-studio checkpoints import ORDNER --base ID</translation>
  </message>
  <message>
   <source>{0} cannot regenerate parts of sounds.{1} Choose another checkpoint.</source>
   <translation>{0} kann Teile von Sounds nicht neu erzeugen.{1} Bitte einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>{0} changes another checkpoint and {1}. Name the one that it was trained on with --base, such as: qvim-studio checkpoints import FILE --base audioldm-s-full-v2</source>
   <translation>{0} verändert einen anderen Checkpoint und {1}. Mit --base den nennen, auf dem es trainiert wurde, etwa: qvim-studio checkpoints import FILE --base audioldm-s-full-v2</translation>
  </message>
  <message>
   <source>{0} continues no sounds. Choose another checkpoint.</source>
   <translation>{0} kann keine Sounds fortsetzen. Bitte einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>{0} could not make it, so the processor did, as it will from now on. The log file says what went wrong; update the GPU's driver, or choose the mode cpu.</source>
   <translation>{0} schaffte es nicht, daher rechnete der Prozessor und tut es von nun an. Die Logdatei nennt den Grund; den GPU-Treiber aktualisieren oder den Modus Nur CPU wählen.</translation>
  </message>
  <message>
   <source>{0} does not describe a MusicGen that can be loaded ({1}). Copy or download the checkpoint again.</source>
   <translation>{0} beschreibt kein ladbares MusicGen ({1}). Den Checkpoint neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>{0} does not hold what was written to it. The disk may be damaged: choose a folder on another one.</source>
   <translation>{0} enthält nicht, was hineingeschrieben wurde. Das Laufwerk ist vielleicht defekt: einen Ordner auf einem anderen wählen.</translation>
  </message>
  <message>
   <source>{0} files take {1} bits, got {2}. Choose one of them.</source>
   <translation>{0}-Dateien haben {1} Bit, nicht {2}. Bitte einen der Werte wählen.</translation>
  </message>
  <message>
   <source>{0} has its weights as pickles alone ({1}), which can carry programs. Add --allow-pickle to download and convert them; they are read without running any code, and deleted afterwards.</source>
   <translation>{0} hat seine Gewichte nur im Pickle-Format ({1}), das Programme enthalten kann. Mit --allow-pickle werden sie heruntergeladen und umgewandelt, ohne etwas auszuführen, und danach gelöscht.</translation>
  </message>
  <message>
   <source>{0} has neither an adapter for the voice nor a CLAP audio tower. Describe the sound in words, or {1}</source>
   <translation>{0} hat weder einen Adapter für die Stimme noch einen CLAP-Audioteil. Den Sound in Worten beschreiben oder {1}</translation>
  </message>
  <message>
   <source>{0} has no LoRA {1}; it has {2}. Import it with: qvim-studio loras import FILE --base {3}, or leave it out.</source>
   <translation>{0} hat kein LoRA {1}; es hat {2}. Importieren mit: qvim-studio loras import DATEI --base {3}, oder weglassen.</translation>
  </message>
  <message>
   <source>{0} has no UNet, which LoRA, FiLM and control curves change; its family is {1}. Choose a base such as an AudioLDM with --base.</source>
   <translation>{0} hat kein UNet, das LoRA, FiLM und Steuerkurven verändern; seine Familie ist {1}. Mit --base eine Basis wählen, etwa ein AudioLDM.</translation>
  </message>
  <message>
   <source>{0} has no text tower, so it cannot follow the text {1}. Leave the text empty or choose another checkpoint.</source>
   <translation>{0} hat keinen Textteil und kann dem Text {1} nicht folgen. Den Text leer lassen oder einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>{0} has no {1} at revision {2}, expected a model in the layout of diffusers. Choose another one.</source>
   <translation>{0} hat kein {1} in Revision {2}; nötig ist ein Modell in der Struktur von diffusers. Bitte ein anderes wählen.</translation>
  </message>
  <message>
   <source>{0} has no {1}, which was published there. Update QVIM Studio, or choose another checkpoint.</source>
   <translation>{0} hat kein {1} mehr, das dort veröffentlicht war. QVIM Studio aktualisieren oder einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>{0} has weights as pickles alone ({1}), which can carry programs. Add --allow-pickle to download and convert them; they are read without running any code.</source>
   <translation>{0} hat nur Gewichte im Pickle-Format ({1}), das Programme enthalten kann. Mit --allow-pickle werden sie heruntergeladen und umgewandelt, ohne etwas auszuführen.</translation>
  </message>
  <message>
   <source>{0} has {1} channels, expected at most {2}. Export it with fewer channels.</source>
   <translation>{0} hat {1} Kanäle, erlaubt sind höchstens {2}. Mit weniger Kanälen exportieren.</translation>
  </message>
  <message>
   <source>{0} has {1} parts between underscores, expected 4 or 5: CatID_FXName_CreatorID_SourceID. Rename the file.</source>
   <translation>{0} hat {1} Teile zwischen Unterstrichen statt 4 oder 5: CatID_FXName_CreatorID_SourceID. Die Datei umbenennen.</translation>
  </message>
  <message>
   <source>{0} has {1} streams behind its mix, expected {2} ({3}). Export it again, or give the stems as WAV.</source>
   <translation>{0} hat {1} Spuren hinter dem Mix, nötig sind {2} ({3}). Bitte neu exportieren oder die Stems als WAV angeben.</translation>
  </message>
  <message>
   <source>{0} holds a {1}, expected a checkpoint of one of the families {2}. Choose another checkpoint.</source>
   <translation>{0} enthält {1}, nötig ist ein Checkpoint einer dieser Familien: {2}. Bitte einen anderen wählen.</translation>
  </message>
  <message>
   <source>{0} holds a {1}, expected a state dict of tensors. Save the network's state_dict() and try again.</source>
   <translation>{0} enthält {1} statt eines State-Dict aus Tensoren. Das state_dict() des Netzes speichern und erneut versuchen.</translation>
  </message>
  <message>
   <source>{0} holds no AudioSR in the studio's format. Convert the published file: qvim-studio checkpoints convert pytorch_model.bin FOLDER</source>
   <translation>{0} enthält kein AudioSR im Format des Studios. Die veröffentlichte Datei umwandeln: qvim-studio checkpoints convert pytorch_model.bin FOLDER</translation>
  </message>
  <message>
   <source>{0} holds no LoRA, LoHa or LoKr. Bring other files with: qvim-studio checkpoints import FILE</source>
   <translation>{0} enthält kein LoRA, LoHa oder LoKr. Andere Dateien importieren mit: qvim-studio checkpoints import DATEI</translation>
  </message>
  <message>
   <source>{0} holds no SemantiCodec in the studio's format. Convert the published files: qvim-studio checkpoints convert semanticodec_tokenrate_100 FOLDER</source>
   <translation>{0} enthält kein SemantiCodec im Format des Studios. Die veröffentlichten Dateien umwandeln: qvim-studio checkpoints convert semanticodec_tokenrate_100 FOLDER</translation>
  </message>
  <message>
   <source>{0} holds no averaged weights ({1}*), expected some beside the live ones. Import it without --ema.</source>
   <translation>{0} enthält keine gemittelten Gewichte ({1}*) neben den laufenden. Ohne --ema importieren.</translation>
  </message>
  <message>
   <source>{0} holds no readable tokens ({1}). Give a file that the studio wrote.</source>
   <translation>{0} enthält keine lesbaren Tokens ({1}). Bitte eine Datei angeben, die das Studio geschrieben hat.</translation>
  </message>
  <message>
   <source>{0} holds no recipe, expected a sound that was made here. Export it in a pack with a finishing instead.</source>
   <translation>{0} enthält kein Rezept; nötig ist ein hier erzeugter Sound. Ihn stattdessen in einem Pack mit Nachbearbeitung exportieren.</translation>
  </message>
  <message>
   <source>{0} holds no sound. Record or export it again.</source>
   <translation>{0} enthält keinen Ton. Bitte neu aufnehmen oder exportieren.</translation>
  </message>
  <message>
   <source>{0} holds no sound: all its samples have the same value, {1:.3f} (a constant offset). Choose another, or check the cable and the microphone before you record.</source>
   <translation>{0} enthält keinen Ton: Alle Samples haben den gleichen Wert, {1:.3f} (Gleichspannungsversatz). Eine andere Datei wählen oder vor der Aufnahme Kabel und Mikrofon prüfen.</translation>
  </message>
  <message>
   <source>{0} holds no usable Stable Audio 3: {1} cannot be read ({2}). Copy or download the whole checkpoint again.</source>
   <translation>{0} enthält kein brauchbares Stable Audio 3: {1} lässt sich nicht lesen ({2}). Den ganzen Checkpoint neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>{0} holds no usable Stable Audio Open: the configuration in {1}/ cannot be read ({2}). Copy or download the whole checkpoint again.</source>
   <translation>{0} enthält kein brauchbares Stable Audio Open: Die Konfiguration in {1}/ lässt sich nicht lesen ({2}). Den ganzen Checkpoint neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>{0} holds no weights. Download it again.</source>
   <translation>{0} enthält keine Gewichte. Bitte neu herunterladen.</translation>
  </message>
  <message>
   <source>{0} holds one set of weights, so there is nothing to choose. Convert it without --ema and --no-ema.</source>
   <translation>{0} enthält nur einen Satz Gewichte, also gibt es nichts zu wählen. Ohne --ema und --no-ema umwandeln.</translation>
  </message>
  <message>
   <source>{0} holds other weights than AudioLDM's. Give {1}.</source>
   <translation>{0} enthält andere Gewichte als die von AudioLDM. Nötig ist {1}.</translation>
  </message>
  <message>
   <source>{0} holds other weights than AudioSR's. Give the {1}.</source>
   <translation>{0} enthält andere Gewichte als die von AudioSR. Nötig ist {1}.</translation>
  </message>
  <message>
   <source>{0} holds pickled weights ({1}), which can contain programs. Say --allow-pickle to convert them; they are read without running any code.</source>
   <translation>{0} enthält Gewichte im Pickle-Format ({1}), das Programme enthalten kann. --allow-pickle wandelt sie um, ohne etwas auszuführen.</translation>
  </message>
  <message>
   <source>{0} holds samples as large as {1:.0e}, expected about 1 for full scale. Export it again from the program that made it.</source>
   <translation>{0} enthält Samples bis {1:.0e}; bei Vollaussteuerung ist etwa 1 zu erwarten. Aus dem Programm, von dem sie stammt, neu exportieren.</translation>
  </message>
  <message>
   <source>{0} holds samples that are not numbers (NaN or infinite). Export it again from the program that made it.</source>
   <translation>{0} enthält Samples, die keine Zahlen sind (NaN oder unendlich). Aus dem Programm, von dem sie stammt, neu exportieren.</translation>
  </message>
  <message>
   <source>{0} holds several recordings one after the other, of different sample rates or channels: {1} of them are not used. Convert it to WAV to use all.</source>
   <translation>{0} enthält mehrere Aufnahmen hintereinander mit verschiedenen Sampleraten oder Kanälen: {1} davon bleiben ungenutzt. In WAV konvertieren, um alle zu verwenden.</translation>
  </message>
  <message>
   <source>{0} holds {1:.0f} ms of audio, expected at least {2:.0f} ms. It may be cut off: choose or record a longer one.</source>
   <translation>{0} enthält {1:.0f} ms Audio, nötig sind mindestens {2:.0f} ms. Vielleicht ist die Datei abgeschnitten: eine längere wählen oder aufnehmen.</translation>
  </message>
  <message>
   <source>{0} holds {1:.1e} samples ({2} channels at {3} Hz), expected at most {4:.0e}. Cut out the part you want to use, or export it in mono.</source>
   <translation>{0} enthält {1:.1e} Samples ({2} Kanäle mit {3} Hz), erlaubt sind höchstens {4:.0e}. Den gewünschten Teil ausschneiden oder in Mono exportieren.</translation>
  </message>
  <message>
   <source>{0} holds {1}, expected LoRA, LoHa or LoKr. DoRA, OFT and LoRA with a middle matrix are not read; train or convert it as plain LoRA.</source>
   <translation>{0} enthält {1}, nötig ist LoRA, LoHa oder LoKr. DoRA, OFT und LoRA mit einer mittleren Matrix werden nicht gelesen; als einfaches LoRA trainieren oder umwandeln.</translation>
  </message>
  <message>
   <source>{0} inside QVIM Studio. {1}; {2}.</source>
   <translation>{0} in QVIM Studio. {1}; {2}.</translation>
  </message>
  <message>
   <source>{0} is a CLAP, which hears voices for the checkpoints that were trained with it, and no installed one was. Install its checkpoint first, or name it with --for, such as: qvim-studio checkpoints import FILE --for audioldm-s-full-v2</source>
   <translation>{0} ist ein CLAP und hört Stimmen für die Checkpoints, die mit ihm trainiert wurden; installiert ist keiner davon. Zuerst dessen Checkpoint installieren oder ihn mit --for nennen, etwa: qvim-studio checkpoints import DATEI --for audioldm-s-full-v2</translation>
  </message>
  <message>
   <source>{0} is a device or a pipe, expected an audio file. Save the sound to a file first.</source>
   <translation>{0} ist ein Gerät oder eine Pipe, keine Audiodatei. Den Sound zuerst in eine Datei speichern.</translation>
  </message>
  <message>
   <source>{0} is a folder, expected an audio file. Give one of the files in it.</source>
   <translation>{0} ist ein Ordner, keine Audiodatei. Bitte eine der Dateien darin angeben.</translation>
  </message>
  <message>
   <source>{0} is a pickle, which can contain programs. Say --allow-pickle to convert it; it is read without running any code, and stays as it is.</source>
   <translation>{0} ist ein Pickle und kann Programme enthalten. --allow-pickle wandelt es um, ohne etwas auszuführen; die Datei bleibt, wie sie ist.</translation>
  </message>
  <message>
   <source>{0} is a pickle, which can contain programs. Say --allow-pickle to import it; it is read without running any code, and stays as it is.</source>
   <translation>{0} ist ein Pickle und kann Programme enthalten. --allow-pickle importiert es, ohne etwas auszuführen; die Datei bleibt, wie sie ist.</translation>
  </message>
  <message>
   <source>{0} is already a folder of the library. Choose another folder.</source>
   <translation>{0} ist bereits ein Ordner der Bibliothek. Bitte einen anderen Ordner wählen.</translation>
  </message>
  <message>
   <source>{0} is already in the library, as the folder of {1}. Choose another folder.</source>
   <translation>{0} ist bereits in der Bibliothek, als Ordner von {1}. Bitte einen anderen Ordner wählen.</translation>
  </message>
  <message>
   <source>{0} is being written by another export. Wait until it is done, or choose another name or folder.</source>
   <translation>{0} wird gerade von einem anderen Export geschrieben. Warten oder einen anderen Namen oder Ordner wählen.</translation>
  </message>
  <message>
   <source>{0} is damaged or cut off: {1:.2f} s{2} can be read and were used.</source>
   <translation>{0} ist beschädigt oder abgeschnitten: {1:.2f} s{2} sind lesbar und wurden verwendet.</translation>
  </message>
  <message>
   <source>{0} is damaged: {1}. Remove it and download it again.</source>
   <translation>{0} ist beschädigt: {1}. Entfernen und neu herunterladen.</translation>
  </message>
  <message>
   <source>{0} is empty (0 bytes), expected audio. Record or export it again.</source>
   <translation>{0} ist leer (0 Bytes). Bitte neu aufnehmen oder exportieren.</translation>
  </message>
  <message>
   <source>{0} is given only to people who accepted its terms. Accept them on its page, log in with 'hf auth login' (or set HF_TOKEN) and try again.</source>
   <translation>{0} gibt es nur nach Annahme der Bedingungen. Sie auf der Seite des Modells annehmen, mit 'hf auth login' anmelden (oder HF_TOKEN setzen) und erneut versuchen.</translation>
  </message>
  <message>
   <source>{0} is no checkpoint folder: expected a readable {1} or the files of another family ({2}). Give the folder of a checkpoint: one in the diffusers layout (unet/, vae/, vocoder/, scheduler/), or as it was published.</source>
   <translation>{0} ist kein Checkpoint-Ordner: Nötig sind eine lesbare {1} oder die Dateien einer anderen Familie ({2}). Den Ordner eines Checkpoints angeben, in der diffusers-Struktur (unet/, vae/, vocoder/, scheduler/) oder wie veröffentlicht.</translation>
  </message>
  <message>
   <source>{0} is not a complete AudioLDM ({1}). Copy or download it again.</source>
   <translation>{0} ist kein vollständiges AudioLDM ({1}). Bitte neu kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>{0} is not a complete AudioSR ({1}). Download pytorch_model.bin again.</source>
   <translation>{0} ist kein vollständiges AudioSR ({1}). pytorch_model.bin neu herunterladen.</translation>
  </message>
  <message>
   <source>{0} is not a complete CLAP ({1}). Download it again.</source>
   <translation>{0} ist kein vollständiges CLAP ({1}). Bitte neu herunterladen.</translation>
  </message>
  <message>
   <source>{0} is not a complete SemantiCodec ({1}). Download its files again.</source>
   <translation>{0} ist kein vollständiges SemantiCodec ({1}). Die Dateien neu herunterladen.</translation>
  </message>
  <message>
   <source>{0} is not a complete checkpoint: {1} {2} missing (found {3}; expected {4}). Copy or download the whole folder.</source>
   <translation>{0} ist kein vollständiger Checkpoint: Es fehlt {1} ({2}; gefunden {3}; nötig {4}). Den ganzen Ordner kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>{0} is not a plain file of weights, and nothing in it was run. It may be damaged or malicious: download it again from a source that you trust.</source>
   <translation>{0} ist keine einfache Datei mit Gewichten; nichts darin wurde ausgeführt. Sie ist vielleicht beschädigt oder bösartig: aus einer vertrauenswürdigen Quelle neu herunterladen.</translation>
  </message>
  <message>
   <source>{0} is not a plain file of weights, and nothing in it was run. It may be damaged or malicious: get the checkpoint from a source that you trust, best as safetensors.</source>
   <translation>{0} ist keine einfache Datei mit Gewichten; nichts darin wurde ausgeführt. Sie ist vielleicht beschädigt oder bösartig: den Checkpoint aus einer vertrauenswürdigen Quelle holen, am besten als Safetensors.</translation>
  </message>
  <message>
   <source>{0} is not an mn10 encoder: its {1} branch {2} {3} of {4} tensors (first: {5}). Use weights of EfficientAT's mn10, of the QBV release or of QVIM Studio.</source>
   <translation>{0} ist kein mn10-Encoder: Sein Zweig {1} {2} {3} von {4} Tensoren (zuerst: {5}). Gewichte von EfficientATs mn10, der QBV-Veröffentlichung oder von QVIM Studio verwenden.</translation>
  </message>
  <message>
   <source>{0} is silent: its loudest sample lies below -100 dBFS. Choose another, or check the microphone and its level before you record.</source>
   <translation>{0} ist stumm: Das lauteste Sample liegt unter -100 dBFS. Eine andere Datei wählen oder vor der Aufnahme Mikrofon und Pegel prüfen.</translation>
  </message>
  <message>
   <source>{0} is the encoder {1}, which was imported before. Use that one.</source>
   <translation>{0} ist der Encoder {1}, der schon importiert wurde. Bitte diesen verwenden.</translation>
  </message>
  <message>
   <source>{0} is {1:.0f} s long, expected at most {2:.0f} s. Cut it into songs.</source>
   <translation>{0} dauert {1:.0f} s, möglich sind höchstens {2:.0f} s. Bitte in Songs zerschneiden.</translation>
  </message>
  <message>
   <source>{0} is {1}, of which {2} says nothing. Import it without.</source>
   <translation>{0} ist {1}; {2} bedeutet dafür nichts. Ohne diese Angabe importieren.</translation>
  </message>
  <message>
   <source>{0} lasts {1} seconds, expected at most {2:.0f} ({3:.0f} minutes). Cut out the part you want to use.</source>
   <translation>{0} dauert {1} Sekunden, erlaubt sind höchstens {2:.0f} ({3:.0f} Minuten). Den gewünschten Teil ausschneiden.</translation>
  </message>
  <message>
   <source>{0} makes music from beginning to end, so it can continue a sound but not regenerate a part inside it. Choose a part that lasts to the end, or another checkpoint.</source>
   <translation>{0} erzeugt Musik von Anfang bis Ende und kann einen Sound fortsetzen, aber keinen Teil darin neu erzeugen. Einen Teil bis zum Ende oder einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>{0} makes no highs by themselves. Choose another checkpoint, such as the starter.</source>
   <translation>{0} erzeugt keine einzelnen Höhen. Einen anderen Checkpoint wählen, etwa den Starter.</translation>
  </message>
  <message>
   <source>{0} makes nothing above {1:g} Hz, got highs from {2:g} Hz on. Choose a lower frequency, or an upscaler.</source>
   <translation>{0} erzeugt nichts über {1:g} Hz, verlangt sind Höhen ab {2:g} Hz. Eine tiefere Frequenz oder einen Upscaler wählen.</translation>
  </message>
  <message>
   <source>{0} makes {1:g} s of such a sound at most, got {2:g} s. Ask for a shorter one, or choose another checkpoint, such as the starter.</source>
   <translation>{0} erzeugt von so einem Sound höchstens {1:g} s, verlangt sind {2:g} s. Einen kürzeren verlangen oder einen anderen Checkpoint wählen, etwa den Starter.</translation>
  </message>
  <message>
   <source>{0} mixes no sounds: it denoises no latents. Choose another checkpoint, such as the starter.</source>
   <translation>{0} kann keine Sounds mischen. Einen anderen Checkpoint wählen, etwa den Starter.</translation>
  </message>
  <message>
   <source>{0} must lie between {1}{2} and {3}{4}, got {5}{6}. Choose a value in that range.</source>
   <translation>{0} muss zwischen {1}{2} und {3}{4} liegen, nicht bei {5}{6}. Bitte einen Wert in diesem Bereich wählen.</translation>
  </message>
  <message>
   <source>{0} names {1} classes, expected {2}. Install the program again.</source>
   <translation>{0} nennt {1} Klassen statt {2}. Das Programm bitte neu installieren.</translation>
  </message>
  <message>
   <source>{0} needs {1} on the disk of {2}, where {3} are free. Make room, or set HF_HOME to a folder on another disk.</source>
   <translation>{0} braucht {1} auf dem Laufwerk von {2}, frei sind {3}. Platz schaffen oder HF_HOME auf einen Ordner auf einem anderen Laufwerk setzen.</translation>
  </message>
  <message>
   <source>{0} no longer has the pinned revision. Update QVIM Studio and try again.</source>
   <translation>{0} hat die festgelegte Revision nicht mehr. QVIM Studio aktualisieren und erneut versuchen.</translation>
  </message>
  <message>
   <source>{0} no longer holds a recipe. Generate the sound again.</source>
   <translation>{0} enthält kein Rezept mehr. Den Sound neu erzeugen.</translation>
  </message>
  <message>
   <source>{0} of LAION, {1}.</source>
   <translation>{0} von LAION, {1}.</translation>
  </message>
  <message>
   <source>{0} of the edit {1} must be a {2}, got {3:.40}.</source>
   <translation>{0} der Bearbeitung {1} muss {2} sein, nicht {3:.40}.</translation>
  </message>
  <message>
   <source>{0} of {1} arrived damaged: its content is not what the hub announced (size or SHA-256). It was deleted; start the download again.</source>
   <translation>{0} von {1} kam beschädigt an: Der Inhalt entspricht nicht der Angabe des Hubs (Größe oder SHA-256). Die Datei wurde gelöscht; den Download neu starten.</translation>
  </message>
  <message>
   <source>{0} of {1} clips may not be sold or do not say so: {2}{3}. Take them out, or make a pack that is not for sale.</source>
   <translation>{0} von {1} Clips dürfen nicht verkauft werden oder sagen nichts dazu: {2}{3}. Sie entfernen oder ein Pack erstellen, das nicht verkauft wird.</translation>
  </message>
  <message>
   <source>{0} of {1} parts of split weights are there (such as {2}), expected all of them. Copy or download the checkpoint again.</source>
   <translation>{0} von {1} Teilen der geteilten Gewichte sind da (etwa {2}), erwartet werden alle. Den Checkpoint noch einmal kopieren oder herunterladen.</translation>
  </message>
  <message>
   <source>{0} reaches {1} by itself: no highs were added.</source>
   <translation>{0} reicht selbst bis {1}: Höhen wurden nicht ergänzt.</translation>
  </message>
  <message>
   <source>{0} sounds in {1} cannot be in the library, because their names are no text (not UTF-8): {2}. Rename them; until then open them one by one.</source>
   <translation>{0} Sounds in {1} können nicht in die Bibliothek, weil ihre Namen kein Text sind (kein UTF-8): {2}. Sie umbenennen; bis dahin einzeln öffnen.</translation>
  </message>
  <message>
   <source>{0} starts from no sound, got one to start from. Leave it out, or choose another checkpoint.</source>
   <translation>{0} kann von keinem Sound ausgehen. Den Ausgangssound weglassen oder einen anderen Checkpoint wählen.</translation>
  </message>
  <message>
   <source>{0} takes no words: {1} does not count.</source>
   <translation>{0} versteht keinen Text: {1} zählt nicht.</translation>
  </message>
  <message>
   <source>{0} takes words alone, got an imitation without any. Describe the music in words, or choose MusicGen-Melody, which follows what is sung.</source>
   <translation>{0} versteht nur Text, da ist aber nur eine Imitation. Die Musik in Worten beschreiben oder MusicGen-Melody wählen, das dem Gesang folgt.</translation>
  </message>
  <message>
   <source>{0} was not downloaded, so there is nothing to remove.</source>
   <translation>{0} wurde nicht heruntergeladen, also gibt es nichts zu entfernen.</translation>
  </message>
  <message>
   <source>{0} was not downloaded, so there is nothing to remove. Only downloaded checkpoints are removed; folders of your own are never touched.</source>
   <translation>{0} wurde nicht heruntergeladen, also gibt es nichts zu entfernen. Nur heruntergeladene Checkpoints werden entfernt, eigene Ordner nie.</translation>
  </message>
  <message>
   <source>{0} {1} offers it under More, too.</source>
   <translation>{0} {1} bietet es auch unter „Mehr“ an.</translation>
  </message>
  <message>
   <source>{0}, strength {1:g}, on {2}.</source>
   <translation>{0}, Stärke {1:g}, auf {2}.</translation>
  </message>
  <message>
   <source>{0}, the configuration beside {1}, cannot be understood ({2}). Correct it, or move it away: the usual values count then.</source>
   <translation>{0}, die Konfiguration neben {1}, ist nicht lesbar ({2}). Sie korrigieren oder verschieben: Dann gelten die üblichen Werte.</translation>
  </message>
  <message>
   <source>{0}: This is the same sound as {1}.</source>
   <translation>{0}: Das ist der gleiche Sound wie {1}.</translation>
  </message>
  <message>
   <source>“{0}” cannot be opened: {1}. Close other programs that use it, or choose another device in the settings.</source>
   <translation>„{0}“ lässt sich nicht öffnen: {1}. Andere Programme schließen, die es benutzen, oder in den Einstellungen ein anderes Gerät wählen.</translation>
  </message>
  <message>
   <source>“{0}” has {1}, and input {2} is chosen for it. Choose another input in the recording options.</source>
   <translation>„{0}“ hat {1}, gewählt ist aber Eingang {2}. In den Aufnahmeoptionen einen anderen Eingang wählen.</translation>
  </message>
 </context>
 <context>
  <name>SessionSaver</name>
  <message>
   <source>Make now</source>
   <translation>Jetzt erzeugen</translation>
  </message>
  <message>
   <source>One generation was not finished when the studio ended.</source>
   <translation>Ein Auftrag war noch nicht fertig, als das Studio endete.</translation>
  </message>
  <message>
   <source>Take out</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <source>The kit “{0}” lacks a sound and cannot be written; its sounds are kept one by one.</source>
   <translation>Dem Kit „{0}“ fehlt ein Sound, deshalb lässt es sich nicht schreiben; seine Sounds bleiben einzeln erhalten.</translation>
  </message>
  <message>
   <source>The last session was not restored, because the studio ended twice while restoring it. Your takes and sounds are safe: find them among the takes and in the history.</source>
   <translation>Die letzte Sitzung wurde nicht wiederhergestellt, weil das Studio dabei zweimal abbrach. Takes und Sounds sind sicher: Sie stehen bei den Takes und im Verlauf.</translation>
  </message>
  <message>
   <source>{0} generations were not finished when the studio ended.</source>
   <translation>{0} Aufträge waren noch nicht fertig, als das Studio endete.</translation>
  </message>
 </context>
 <context>
  <name>SettingsActions</name>
  <message>
   <source>No microphone was found. Connect one and look again, or open an audio file.</source>
   <translation>Kein Mikrofon gefunden. Eines anschließen und neu suchen oder eine Audiodatei öffnen.</translation>
  </message>
  <message>
   <source>The generator's memory was freed; the next sound takes longer to start.</source>
   <translation>Der Speicher des Generators ist frei; der nächste Sound braucht zum Start länger.</translation>
  </message>
 </context>
 <context>
  <name>SettingsCard</name>
  <message>
   <source>Browse…</source>
   <translation>Durchsuchen …</translation>
  </message>
  <message>
   <source>Choose a folder</source>
   <translation>Ordner wählen</translation>
  </message>
 </context>
 <context>
  <name>SettingsDialog</name>
  <message>
   <source>A crash or full memory then costs one job, not the session</source>
   <translation>Ein Absturz oder voller Speicher kostet dann einen Auftrag, nicht die Sitzung</translation>
  </message>
  <message>
   <source>A device that does not support this rate is opened at its own</source>
   <translation>Ein Gerät ohne diese Rate läuft mit seiner eigenen</translation>
  </message>
  <message>
   <source>A folder that your sampler or DAW watches</source>
   <translation>Ein Ordner, den Sampler oder DAW überwachen</translation>
  </message>
  <message>
   <source>Appearance</source>
   <translation>Darstellung</translation>
  </message>
  <message>
   <source>Apply</source>
   <translation>Anwenden</translation>
  </message>
  <message>
   <source>Buffer</source>
   <translation>Puffer</translation>
  </message>
  <message>
   <source>Bundled sounds</source>
   <translation>Mitgelieferte Sounds</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Checkpoint</source>
   <translation>Checkpoint</translation>
  </message>
  <message>
   <source>Checkpoint's default</source>
   <translation>Vorgabe des Checkpoints</translation>
  </message>
  <message>
   <source>Copies go to</source>
   <translation>Kopien</translation>
  </message>
  <message>
   <source>DPM-Solver++ needs fewer steps; DDIM is offered for comparison</source>
   <translation>DPM-Solver++ braucht weniger Schritte; DDIM dient dem Vergleich</translation>
  </message>
  <message>
   <source>Dark</source>
   <translation>Dunkel</translation>
  </message>
  <message>
   <source>Diffusion steps</source>
   <translation>Diffusionsschritte</translation>
  </message>
  <message>
   <source>Encoder</source>
   <translation>Encoder</translation>
  </message>
  <message>
   <source>Experimental, for NVIDIA GPUs in modes High and Balanced; from the second sound of a length on</source>
   <translation>Experimentell, für NVIDIA-GPUs in den Modi Hoch und Ausgewogen; ab dem zweiten Sound gleicher Länge</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Export</translation>
  </message>
  <message>
   <source>Files</source>
   <translation>Dateien</translation>
  </message>
  <message>
   <source>Follow the system</source>
   <translation>Wie das System</translation>
  </message>
  <message>
   <source>Generation</source>
   <translation>Erzeugung</translation>
  </message>
  <message>
   <source>Guidance</source>
   <translation>Guidance</translation>
  </message>
  <message>
   <source>Input</source>
   <translation>Eingang</translation>
  </message>
  <message>
   <source>Keyboard shortcuts…</source>
   <translation>Tastenkürzel …</translation>
  </message>
  <message>
   <source>Language</source>
   <translation>Sprache</translation>
  </message>
  <message>
   <source>Latency</source>
   <translation>Latenz</translation>
  </message>
  <message>
   <source>Light</source>
   <translation>Hell</translation>
  </message>
  <message>
   <source>Look for devices again</source>
   <translation>Geräte neu suchen</translation>
  </message>
  <message>
   <source>Loudspeaker</source>
   <translation>Lautsprecher</translation>
  </message>
  <message>
   <source>Memory use</source>
   <translation>Speichernutzung</translation>
  </message>
  <message>
   <source>Microphone</source>
   <translation>Mikrofon</translation>
  </message>
  <message>
   <source>No copies</source>
   <translation>Keine Kopien</translation>
  </message>
  <message>
   <source>No loudspeaker found</source>
   <translation>Kein Lautsprecher gefunden</translation>
  </message>
  <message>
   <source>No microphone found</source>
   <translation>Kein Mikrofon gefunden</translation>
  </message>
  <message>
   <source>Replay the network as CUDA graphs</source>
   <translation>Netz als CUDA-Graphen ausführen</translation>
  </message>
  <message>
   <source>Restore defaults</source>
   <translation>Zurücksetzen</translation>
  </message>
  <message>
   <source>Results go to</source>
   <translation>Ergebnisse</translation>
  </message>
  <message>
   <source>Run the engine in its own process</source>
   <translation>Engine in einem eigenen Prozess ausführen</translation>
  </message>
  <message>
   <source>Sample rate</source>
   <translation>Samplerate</translation>
  </message>
  <message>
   <source>Save</source>
   <translation>Speichern</translation>
  </message>
  <message>
   <source>Scheduler</source>
   <translation>Scheduler</translation>
  </message>
  <message>
   <source>Settings</source>
   <translation>Einstellungen</translation>
  </message>
  <message>
   <source>Shorter responds faster; choose longer if the sound crackles</source>
   <translation>Kürzer reagiert schneller; bei Knacksern einen längeren Wert wählen</translation>
  </message>
  <message>
   <source>Sound</source>
   <translation>Audio</translation>
  </message>
  <message>
   <source>Sound library</source>
   <translation>Soundsammlung</translation>
  </message>
  <message>
   <source>System default</source>
   <translation>Systemstandard</translation>
  </message>
  <message>
   <source>Text size</source>
   <translation>Schriftgröße</translation>
  </message>
  <message>
   <source>The window speaks it from the next start on</source>
   <translation>Gilt ab dem nächsten Start</translation>
  </message>
  <message>
   <source>Theme</source>
   <translation>Farbschema</translation>
  </message>
  <message>
   <source>Trim silence around every take</source>
   <translation>Stille um jeden Take entfernen</translation>
  </message>
  <message>
   <source>Where “Nearest sound” looks for a starting point</source>
   <translation>Hier sucht „Ähnlichster Sound“ nach einem Ausgangspunkt</translation>
  </message>
  <message>
   <source>Which input of the microphone or interface is recorded</source>
   <translation>Welcher Eingang des Mikrofons oder Interfaces aufgenommen wird</translation>
  </message>
  <message>
   <source>about {0:.1f} GB for {1} variations of {2:g} s (estimated)</source>
   <translation>etwa {0:.1f} GB für {1} Varianten von {2:g} s (geschätzt)</translation>
  </message>
  <message>
   <source>the last sound took {0:.1f} GB ({1}, measured)</source>
   <translation>der letzte Sound brauchte {0:.1f} GB ({1}, gemessen)</translation>
  </message>
  <message>
   <source>{0} (not installed)</source>
   <translation>{0} (nicht installiert)</translation>
  </message>
  <message>
   <source>{0} ms</source>
   <translation>{0} ms</translation>
  </message>
  <message>
   <source>{0} samples</source>
   <translation>{0} Samples</translation>
  </message>
 </context>
 <context>
  <name>ShortcutsDialog</name>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Keyboard shortcuts</source>
   <translation>Tastenkürzel</translation>
  </message>
  <message>
   <source>Keys that stay</source>
   <translation>Feste Tasten</translation>
  </message>
  <message>
   <source>No key for “{0}”</source>
   <translation>Keine Taste für „{0}“</translation>
  </message>
  <message>
   <source>Restore defaults</source>
   <translation>Zurücksetzen</translation>
  </message>
  <message>
   <source>Save</source>
   <translation>Speichern</translation>
  </message>
  <message>
   <source>in a list</source>
   <translation>in einer Liste</translation>
  </message>
  <message>
   <source>in a waveform</source>
   <translation>in einer Wellenform</translation>
  </message>
 </context>
 <context>
  <name>SilentTake</name>
  <message>
   <source>Check the microphone's cable, its switch and its gain, or choose another.</source>
   <translation>Kabel, Schalter und Gain des Mikrofons prüfen oder ein anderes wählen.</translation>
  </message>
  <message>
   <source>Input {0} had a signal: switch to it, then record again.</source>
   <translation>Eingang {0} hatte ein Signal: dorthin wechseln und neu aufnehmen.</translation>
  </message>
  <message>
   <source>Inputs {0} had a signal, {1} the loudest: switch to it, then record again.</source>
   <translation>Die Eingänge {0} hatten ein Signal, {1} das lauteste: dorthin wechseln und neu aufnehmen.</translation>
  </message>
  <message>
   <source>Nor had any other of its inputs. {0}</source>
   <translation>Auch kein anderer seiner Eingänge hatte eines. {0}</translation>
  </message>
  <message>
   <source>The take is silent: input {1} of “{0}” had no signal.</source>
   <translation>Der Take ist stumm: Eingang {1} von „{0}“ hatte kein Signal.</translation>
  </message>
  <message>
   <source>The take is silent: none of the inputs of “{0}” had a signal.</source>
   <translation>Der Take ist stumm: Kein Eingang von „{0}“ hatte ein Signal.</translation>
  </message>
  <message>
   <source>The take is silent: the inputs of “{0}” cancel each other in their mix.</source>
   <translation>Der Take ist stumm: Die Eingänge von „{0}“ löschen sich im Mix gegenseitig aus.</translation>
  </message>
  <message>
   <source>The take is silent: “{0}” had no signal.</source>
   <translation>Der Take ist stumm: „{0}“ hatte kein Signal.</translation>
  </message>
 </context>
 <context>
  <name>SketchStrip</name>
  <message>
   <source>Play the sketch</source>
   <translation>Entwurf abspielen</translation>
  </message>
  <message>
   <source>Sketch</source>
   <translation>Entwurf</translation>
  </message>
  <message>
   <source>Spectrogram of the sketch</source>
   <translation>Spektrogramm des Entwurfs</translation>
  </message>
 </context>
 <context>
  <name>SoundnessText</name>
  <message>
   <source>a constant offset</source>
   <translation>Gleichspannungsversatz</translation>
  </message>
  <message>
   <source>a tail that is cut off</source>
   <translation>abgeschnittener Ausklang</translation>
  </message>
  <message>
   <source>clicks</source>
   <translation>Knackser</translation>
  </message>
  <message>
   <source>noise floor {0:.0f} dBFS</source>
   <translation>Grundrauschen {0:.0f} dBFS</translation>
  </message>
  <message>
   <source>noise in its pauses</source>
   <translation>Rauschen in den Pausen</translation>
  </message>
  <message>
   <source>peak {0:.1f} dBTP</source>
   <translation>Spitze {0:.1f} dBTP</translation>
  </message>
  <message>
   <source>peaks that are cut off</source>
   <translation>abgeschnittene Spitzen</translation>
  </message>
  <message>
   <source>up to {0:.1f} kHz</source>
   <translation>bis {0:.1f} kHz</translation>
  </message>
 </context>
 <context>
  <name>SoundsController</name>
  <message>
   <source>More like “{0}”</source>
   <translation>Ähnlich wie „{0}“</translation>
  </message>
  <message>
   <source>Nearest to your voice</source>
   <translation>Der Stimme am ähnlichsten</translation>
  </message>
 </context>
 <context>
  <name>SoundsPanel</name>
  <message>
   <source>1 folder</source>
   <translation>1 Ordner</translation>
  </message>
  <message>
   <source>1 sound</source>
   <translation>1 Sound</translation>
  </message>
  <message>
   <source>Add a folder of your own sounds to find them with your voice.</source>
   <translation>Einen Ordner mit eigenen Sounds hinzufügen, um sie mit der Stimme zu finden.</translation>
  </message>
  <message>
   <source>Add a folder…</source>
   <translation>Ordner hinzufügen …</translation>
  </message>
  <message>
   <source>Add and remove folders</source>
   <translation>Ordner hinzufügen und entfernen</translation>
  </message>
  <message>
   <source>Find by my voice</source>
   <translation>Mit der Stimme suchen</translation>
  </message>
  <message>
   <source>Folders of my sounds</source>
   <translation>Ordner meiner Sounds</translation>
  </message>
  <message>
   <source>Found sounds</source>
   <translation>Gefundene Sounds</translation>
  </message>
  <message>
   <source>Listening is paused</source>
   <translation>Analyse angehalten</translation>
  </message>
  <message>
   <source>Listening: {0:,} of {1:,}, {2:.0f} a second</source>
   <translation>Analyse: {0:,} von {1:,}, {2:.0f} pro Sekunde</translation>
  </message>
  <message>
   <source>Look for changes</source>
   <translation>Nach Änderungen suchen</translation>
  </message>
  <message>
   <source>No folder yet</source>
   <translation>Noch kein Ordner</translation>
  </message>
  <message>
   <source>Nothing was found. Try other words or another imitation.</source>
   <translation>Nichts gefunden. Andere Wörter oder eine andere Imitation versuchen.</translation>
  </message>
  <message>
   <source>Pause listening</source>
   <translation>Analyse anhalten</translation>
  </message>
  <message>
   <source>Record an imitation first</source>
   <translation>Zuerst eine Imitation aufnehmen</translation>
  </message>
  <message>
   <source>Remove {0} ({1} sounds)</source>
   <translation>{0} entfernen ({1} Sounds)</translation>
  </message>
  <message>
   <source>Resume listening</source>
   <translation>Analyse fortsetzen</translation>
  </message>
  <message>
   <source>Search my sounds</source>
   <translation>Meine Sounds durchsuchen</translation>
  </message>
  <message>
   <source>Search names and tags…</source>
   <translation>Namen und Tags suchen …</translation>
  </message>
  <message>
   <source>The sounds nearest to the imitation</source>
   <translation>Die Sounds, die der Imitation am ähnlichsten sind</translation>
  </message>
  <message>
   <source>Type a word, or search with your voice.</source>
   <translation>Ein Wort eingeben oder mit der Stimme suchen.</translation>
  </message>
  <message>
   <source>Which folder holds your sounds?</source>
   <translation>In welchem Ordner liegen die Sounds?</translation>
  </message>
  <message>
   <source>{0} folders</source>
   <translation>{0} Ordnern</translation>
  </message>
  <message>
   <source>{0} in {1}</source>
   <translation>{0} in {1}</translation>
  </message>
  <message>
   <source>{0} sounds</source>
   <translation>{0} Sounds</translation>
  </message>
  <message>
   <source>{0}: {1}</source>
   <translation>{0}: {1}</translation>
  </message>
 </context>
 <context>
  <name>StudioController</name>
  <message>
   <source>Generation starts as soon as the new take is ready.</source>
   <translation>Die Erzeugung beginnt, sobald der neue Take bereit ist.</translation>
  </message>
  <message>
   <source>Playback is off while you record. Stop the recording first (R).</source>
   <translation>Während der Aufnahme ist die Wiedergabe aus. Zuerst die Aufnahme stoppen (R).</translation>
  </message>
  <message>
   <source>made in {0:.1f} s</source>
   <translation>in {0:.1f} s erzeugt</translation>
  </message>
 </context>
 <context>
  <name>TakeActions</name>
  <message>
   <source>A microphone is connected. Press R to record your imitation.</source>
   <translation>Ein Mikrofon ist angeschlossen. R startet die Aufnahme der Imitation.</translation>
  </message>
  <message>
   <source>Look again</source>
   <translation>Neu suchen</translation>
  </message>
  <message>
   <source>Microphones…</source>
   <translation>Mikrofone …</translation>
  </message>
  <message>
   <source>Nothing is selected: drag over a part of the imitation first.</source>
   <translation>Nichts ist ausgewählt: zuerst über einen Teil der Imitation ziehen.</translation>
  </message>
  <message>
   <source>Open a file…</source>
   <translation>Datei öffnen …</translation>
  </message>
  <message>
   <source>Other inputs…</source>
   <translation>Andere Eingänge …</translation>
  </message>
  <message>
   <source>There is no cursor: click the waveform of the imitation, or go there with Tab and use the arrow keys.</source>
   <translation>Es gibt keinen Cursor: in die Wellenform der Imitation klicken oder mit Tab dorthin wechseln und die Pfeiltasten benutzen.</translation>
  </message>
  <message>
   <source>There is no take yet: record one or open an audio file first.</source>
   <translation>Es gibt noch keinen Take: zuerst einen aufnehmen oder eine Audiodatei öffnen.</translation>
  </message>
  <message>
   <source>Use input {0}</source>
   <translation>Eingang {0} verwenden</translation>
  </message>
 </context>
 <context>
  <name>TakeHead</name>
  <message>
   <source>Imitation</source>
   <translation>Imitation</translation>
  </message>
  <message>
   <source>Loop</source>
   <translation>Loop</translation>
  </message>
  <message>
   <source>Loudness, brightness and pitch</source>
   <translation>Lautheit, Helligkeit und Tonhöhe</translation>
  </message>
  <message>
   <source>Next take</source>
   <translation>Nächster Take</translation>
  </message>
  <message>
   <source>Previous take</source>
   <translation>Voriger Take</translation>
  </message>
  <message>
   <source>Show everything</source>
   <translation>Alles anzeigen</translation>
  </message>
  <message>
   <source>Spectrogram</source>
   <translation>Spektrogramm</translation>
  </message>
 </context>
 <context>
  <name>TextDialog</name>
  <message>
   <source>Details</source>
   <translation>Details</translation>
  </message>
 </context>
 <context>
  <name>UnsavedActions</name>
  <message>
   <source>Choose folder…</source>
   <translation>Ordner wählen …</translation>
  </message>
  <message>
   <source>Save again</source>
   <translation>Erneut speichern</translation>
  </message>
  <message>
   <source>Save the sounds in</source>
   <translation>Sounds speichern in</translation>
  </message>
  <message>
   <source>The new sound is kept until you quit; listen to it below.</source>
   <translation>Der neue Sound bleibt bis zum Beenden erhalten und lässt sich unten abhören.</translation>
  </message>
  <message>
   <source>The {0} new sounds are kept until you quit; listen to them below.</source>
   <translation>Die {0} neuen Sounds bleiben bis zum Beenden erhalten und lassen sich unten abhören.</translation>
  </message>
 </context>
 <context>
  <name>UpscaleActions</name>
  <message>
   <source>Checkpoints</source>
   <translation>Checkpoints</translation>
  </message>
  <message>
   <source>Nothing on this computer makes highs yet. Look under Checkpoints.</source>
   <translation>Noch erzeugt nichts auf diesem Computer Höhen. Mehr dazu unter Checkpoints.</translation>
  </message>
  <message>
   <source>Nothing on this computer makes such highs yet. {0} does: {1} to download, {2}, slow without a GPU.</source>
   <translation>Noch erzeugt nichts auf diesem Computer solche Höhen. {0} kann es: {1} herunterzuladen, {2}, ohne GPU langsam.</translation>
  </message>
  <message>
   <source>Upscale which one? Choose one of the candidates or of the history first.</source>
   <translation>Welchen Sound hochrechnen? Zuerst einen Kandidaten oder einen Sound aus dem Verlauf wählen.</translation>
  </message>
 </context>
 <context>
  <name>WaveMenus</name>
  <message>
   <source>Copy file</source>
   <translation>Datei kopieren</translation>
  </message>
  <message>
   <source>Copy the selected part</source>
   <translation>Ausgewählten Teil kopieren</translation>
  </message>
  <message>
   <source>Copy the whole file</source>
   <translation>Ganze Datei kopieren</translation>
  </message>
  <message>
   <source>Drag a selected part into your DAW</source>
   <translation>Einen ausgewählten Teil in die DAW ziehen</translation>
  </message>
  <message>
   <source>Leave out {0:.2f} to {1:.2f} s</source>
   <translation>{0:.2f} bis {1:.2f} s weglassen</translation>
  </message>
  <message>
   <source>Play or stop</source>
   <translation>Abspielen oder stoppen</translation>
  </message>
  <message>
   <source>Select all</source>
   <translation>Alles auswählen</translation>
  </message>
  <message>
   <source>Show in folder</source>
   <translation>Im Ordner anzeigen</translation>
  </message>
 </context>
 <context>
  <name>WaveformView</name>
  <message>
   <source>Empty</source>
   <translation>Leer</translation>
  </message>
  <message>
   <source>brightness</source>
   <translation>Helligkeit</translation>
  </message>
  <message>
   <source>cursor at {0:.2f} s</source>
   <translation>Cursor bei {0:.2f} s</translation>
  </message>
  <message>
   <source>loudness</source>
   <translation>Lautheit</translation>
  </message>
  <message>
   <source>pitch</source>
   <translation>Tonhöhe</translation>
  </message>
  <message>
   <source>selected {0:.2f} to {1:.2f} s</source>
   <translation>ausgewählt {0:.2f} bis {1:.2f} s</translation>
  </message>
  <message>
   <source>used {0:.2f} to {1:.2f} s</source>
   <translation>verwendet {0:.2f} bis {1:.2f} s</translation>
  </message>
  <message>
   <source>very quiet: drawn {0:.0f} times as tall</source>
   <translation>sehr leise: {0:.0f}-fach vergrößert</translation>
  </message>
 </context>
 <context>
  <name>WindowKeys</name>
  <message>
   <source>Choose other keys in Help, Keyboard shortcuts.</source>
   <translation>Andere Tasten lassen sich unter Hilfe, Tastenkürzel wählen.</translation>
  </message>
  <message>
   <source>No sound is selected: choose a candidate or a sound from the history.</source>
   <translation>Kein Sound ist ausgewählt: einen Kandidaten oder einen Sound aus dem Verlauf wählen.</translation>
  </message>
  <message>
   <source>Nothing to paste: copy an audio file in a file manager or a DAW first.</source>
   <translation>Nichts zum Einfügen: zuerst im Dateimanager oder in der DAW eine Audiodatei kopieren.</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>Wiederholen</translation>
  </message>
  <message>
   <source>Redo {0}</source>
   <translation>Wiederholen: {0}</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>Rückgängig</translation>
  </message>
  <message>
   <source>Undo {0}</source>
   <translation>Rückgängig: {0}</translation>
  </message>
 </context>
 <context>
  <name>WordChips</name>
  <message>
   <source>Add “{0}”</source>
   <translation>„{0}“ hinzufügen</translation>
  </message>
  <message>
   <source>I heard:</source>
   <translation>Gehört:</translation>
  </message>
  <message>
   <source>Remove “{0}” from the text</source>
   <translation>„{0}“ aus dem Text entfernen</translation>
  </message>
 </context>
</TS>
