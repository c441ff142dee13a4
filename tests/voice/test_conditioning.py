"""Voice and words are mixed along the sphere on which their conditions lie."""

from __future__ import annotations

import pytest
import torch

from qvim_studio.voice.conditioning import Wanted, mix


def unit(seed: int) -> torch.Tensor:
    drawn = torch.randn(1, 512, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(drawn, dim=-1)


def test_balance_moves_along_the_sphere() -> None:
    voice, text = unit(1), unit(2)
    assert torch.allclose(mix(voice, text, 0.0), voice, atol=1e-6)
    assert torch.allclose(mix(voice, text, 1.0), text, atol=1e-6)
    middle = mix(voice, text, 0.5)
    assert middle.norm().item() == pytest.approx(1.0)
    assert (middle @ voice.T).item() == pytest.approx((middle @ text.T).item(), abs=1e-5)
    for balance in (0.1, 0.25, 0.8):
        turned = torch.arccos((mix(voice, text, balance) @ voice.T).clamp(-1, 1))
        angle = torch.arccos((voice @ text.T).clamp(-1, 1))
        assert turned.item() == pytest.approx(balance * angle.item(), rel=1e-3)
    assert mix(None, text, 0.3) is text


def test_what_is_given_alone_stays_as_it_is_and_nothing_is_refused() -> None:
    voice = unit(1)
    assert mix(voice, None, 0.9) is voice and Wanted(voice, None, 0.9).vector is voice
    with pytest.raises(ValueError, match="neither voice nor text"):
        _ = Wanted(None, None, 0.5).vector


def test_equal_directions_have_no_arc_between_them() -> None:
    voice = unit(1)
    for balance in (0.0, 0.5, 1.0):
        assert mix(voice, voice.clone(), balance).isfinite().all()
        assert torch.allclose(mix(voice, voice.clone(), balance), voice, atol=1e-6)


def test_a_voice_is_led_to_a_sound_and_the_words_keep_their_weight() -> None:
    voice, text, sound = unit(1), unit(2), unit(3)
    wanted = Wanted(voice, text, 0.25)
    led = wanted.led_to(sound, 0.5)
    assert led.voice is not None and led.voice.norm().item() == pytest.approx(1.0)
    halfway = torch.nn.functional.normalize(voice + sound, dim=-1)
    torch.testing.assert_close(led.voice, halfway)
    assert led.text is text and led.balance == 0.25
    torch.testing.assert_close(wanted.led_to(sound, 1.0).voice, sound)


def test_without_a_voice_or_a_share_nothing_is_led() -> None:
    for wanted, share in ((Wanted(None, unit(2), 0.5), 0.5), (Wanted(unit(1), None, 0.5), 0.0)):
        assert wanted.led_to(unit(3), share) is wanted
