"""The QVIM encoder: MobileNetV3, its front end, and the layouts that its weights come in."""
