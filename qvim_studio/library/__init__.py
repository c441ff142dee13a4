"""The user's sounds: what there is and what is similar."""
