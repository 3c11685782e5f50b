package dev.lockstep.guard.audit;

/** What an event can say. There is no field for content: texts here are names, ids, digests and reasons of our own. */
public enum AuditField {
    PRINCIPAL("principal", Kind.TEXT),
    DATA_CLASS("dataClass", Kind.TEXT),
    MODEL("model", Kind.TEXT),
    MODEL_DIGEST("modelDigest", Kind.TEXT),
    MODEL_VERSION("modelVersion", Kind.NUMBER),
    SIGNER("signer", Kind.TEXT),
    POLICY("policy", Kind.TEXT),
    POLICY_DIGEST("policyDigest", Kind.TEXT),
    POLICY_VERSION("policyVersion", Kind.NUMBER),
    /** {@code allow}, {@code refuse}, {@code warn}. */
    DECISION("decision", Kind.TEXT),
    RULE("rule", Kind.TEXT),
    REASON("reason", Kind.TEXT),
    CHECK("check", Kind.TEXT),
    /** {@code pass}, {@code fail}, {@code unknown}. */
    STATUS("status", Kind.TEXT),
    KEY("key", Kind.TEXT),
    SESSION("session", Kind.NUMBER),
    CONTEXT("context", Kind.NUMBER),
    PROMPT_TOKENS("promptTokens", Kind.NUMBER),
    GENERATED_TOKENS("generatedTokens", Kind.NUMBER),
    PREFILL_NANOS("prefillNanos", Kind.NUMBER),
    DECODE_NANOS("decodeNanos", Kind.NUMBER),
    ZEROED_BYTES("zeroedBytes", Kind.NUMBER),
    LIMIT("limit", Kind.NUMBER),
    VALUE("value", Kind.NUMBER),
    OUTCOME("outcome", Kind.TEXT),
    VERSION("version", Kind.TEXT);

    /** What values it has. */
    public enum Kind {
        /** A name, an id or a reason; cut at {@link AuditEvent#MAX_TEXT} characters. */
        TEXT,
        /** A whole number below 2^53 in size. */
        NUMBER
    }

    private final String id;
    private final Kind kind;

    AuditField(String id, Kind kind) {
        this.id = id;
        this.kind = kind;
    }

    /** The name of its member in a record. */
    public String id() {
        return id;
    }

    public Kind kind() {
        return kind;
    }
}
