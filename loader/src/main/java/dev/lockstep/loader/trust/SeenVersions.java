package dev.lockstep.loader.trust;

import java.util.OptionalLong;

/**
 * What a device remembers of the versions it has used, so that nothing old is passed off as new. Implementations are thread-safe.
 */
public interface SeenVersions {
    /** Remembers nothing: old releases and old policies are accepted like new ones. */
    SeenVersions NONE = new SeenVersions() {
        @Override
        public OptionalLong newest(Kind kind, String name) {
            return OptionalLong.empty();
        }

        @Override
        public void record(Kind kind, String name, long version) {
        }
    };

    /**
     * What has versions; the version of an audit log is the number of its records and one more, and that of its clock the latest time of one,
     * in ms since 1970.
     */
    enum Kind { POLICY, MODEL, GUARD_POLICY, AUDIT_LOG, AUDIT_CLOCK }

    /**
     * The newest version seen.
     *
     * @throws dev.lockstep.loader.signing.ModelSignatureException if the memory was tampered with: nothing old can be told from new
     */
    OptionalLong newest(Kind kind, String name);

    /**
     * Remembers a version, if it is newer than what is remembered.
     *
     * @throws dev.lockstep.loader.signing.ModelSignatureException if it cannot be remembered
     */
    void record(Kind kind, String name, long version);
}
