package dev.lockstep.guard.posture;

/**
 * What one check found.
 *
 * @param check its id, as policies and audit logs call it: {@code disk.encryption}
 * @param evidence what was seen and where, one line for people
 * @param remedy how to mend it, one line; empty if there is nothing to mend
 */
public record CheckResult(String check, CheckStatus status, String evidence, String remedy) { }
