; The installer for Windows: iscc /DVersion=0.1.0 packaging\installers\windows.iss, after
; pyinstaller packaging\installers\windows.spec. Not yet tried on a Windows machine.
#ifndef Version
  #error Give the version: iscc /DVersion=0.1.0 windows.iss
#endif

[Setup]
AppId=QVIM Studio
AppName=QVIM Studio
AppVersion={#Version}
DefaultDirName={autopf}\QVIM Studio
DefaultGroupName=QVIM Studio
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\..\LICENSE
OutputDir=..\..\dist
OutputBaseFilename=qvim-studio-{#Version}-setup
Compression=lzma2
SolidCompression=yes

[Files]
Source: "..\..\dist\qvim-studio\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\QVIM Studio"; Filename: "{app}\QVIM Studio.exe"; Parameters: "studio"
Name: "{autodesktop}\QVIM Studio"; Filename: "{app}\QVIM Studio.exe"; Parameters: "studio"; Tasks: desktop

[Tasks]
Name: desktop; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Run]
Filename: "{app}\QVIM Studio.exe"; Parameters: "studio"; Description: "{cm:LaunchProgram,QVIM Studio}"; Flags: nowait postinstall skipifsilent
