#!/usr/bin/env bash
# An image for macOS from the application that macos.spec leaves in dist/: make_dmg.sh VERSION.
# SIGNING_IDENTITY names a certificate; without it the application is signed for this Mac alone.
# Not yet tried on a Mac.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dist=$here/../../dist
codesign --force --deep --options runtime --entitlements "$here/macos_entitlements.plist" \
  --sign "${SIGNING_IDENTITY:--}" "$dist/QVIM Studio.app"
hdiutil create -volname "QVIM Studio" -srcfolder "$dist/QVIM Studio.app" -ov -format UDZO \
  "$dist/qvim-studio-$1.dmg"
