package dev.lockstep.guard.audit;

/** What can happen. */
public enum AuditEventType {
    PROCESS_START("process.start"),
    PROCESS_STOP("process.stop"),
    POSTURE_RESULT("posture.result"),
    POLICY_LOAD("policy.load"),
    POLICY_DECISION("policy.decision"),
    KEY_LOAD("key.load"),
    MODEL_VERIFY("model.verify"),
    MODEL_OPEN("model.open"),
    MODEL_CLOSE("model.close"),
    SESSION_OPEN("session.open"),
    SESSION_USE("session.use"),
    SESSION_SAVE("session.save"),
    SESSION_CLOSE("session.close"),
    AUTHENTICATION("authentication"),
    LIMIT_HIT("limit.hit"),
    CONFIG_CHANGE("config.change"),
    LOG_GAP("log.gap"),
    LOG_ROTATE("log.rotate");

    private final String id;

    AuditEventType(String id) {
        this.id = id;
    }

    /** As it is called in logs and policies. */
    public String id() {
        return id;
    }
}
