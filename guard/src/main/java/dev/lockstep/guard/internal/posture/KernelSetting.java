package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;

/** A file that holds one number. */
record KernelSetting(String file) {
    long number(DeviceView device) throws UnseenException {
        String text = device.text(file);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new UnseenException(file + " is no number", e);
        }
    }
}
