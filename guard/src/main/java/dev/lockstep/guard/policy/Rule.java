package dev.lockstep.guard.policy;

/** The rules, as traces, logs and refusals call them. There is also one for each check of a device, see {@link #posture}. */
public enum Rule {
    POLICY_NOT_AFTER("policy.notAfter"),
    PRINCIPAL_KNOWN("principal.known"),
    PRINCIPAL_EXPIRED("principal.expired"),
    PRINCIPAL_SCOPE("principal.scope"),
    DATA_CLASS_KNOWN("dataClass.known"),
    PRINCIPAL_DATA_CLASS("principal.dataClass"),
    DATA_CLASS_PRINCIPALS("dataClass.principals"),
    AUDIT_REQUIRED("audit.required"),
    MODEL_LISTED("model.listed"),
    DATA_CLASS_MODELS("dataClass.models"),
    MODEL_UNSIGNED("model.unsigned"),
    MODEL_DIGEST("model.digest"),
    MODEL_SIGNER("model.signer"),
    MODEL_MIN_VERSION("model.minVersion"),
    LIMIT_CONTEXT("limit.context"),
    LIMIT_PROMPT_TOKENS("limit.promptTokens"),
    LIMIT_NEW_TOKENS("limit.newTokens"),
    LIMIT_REQUESTS_PER_MINUTE("limit.requestsPerMinute"),
    LIMIT_TOKENS_PER_MINUTE("limit.tokensPerMinute"),
    KEEP_SESSIONS("keep.sessions"),
    KEEP_PROMPTS("keep.prompts");

    private static final String POSTURE = "posture.";

    private final String id;

    Rule(String id) {
        this.id = id;
    }

    /** As it is called. */
    public String id() {
        return id;
    }

    /** The rule that looks at a check of the device. */
    public static String posture(String check) {
        return POSTURE + check;
    }
}
