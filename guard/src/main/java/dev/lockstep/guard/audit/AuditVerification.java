package dev.lockstep.guard.audit;

import java.util.List;
import java.util.Optional;

/**
 * What came of verifying a log.
 *
 * @param origin the log's name for itself; empty if no checkpoint could be read
 * @param records that are as they were written, from the first; if there is a problem, those that a checkpoint covers: of the others,
 *        up to where it was noticed, nobody can tell
 * @param signedRecords how many of them a checkpoint covers; what comes after is chained, but whoever may write to the folder can change it
 * @param checkpoints that were verified
 * @param problem the first thing that is not as it was written
 * @param remarks what is worth knowing, and no sign of a change
 */
public record AuditVerification(String origin, long records, long signedRecords, long checkpoints, Optional<Problem> problem,
                                List<String> remarks) {
    /**
     * What is wrong.
     *
     * @param file where
     * @param line in it, from 1; 0 if it is about the file
     * @param seq the first record that does not fit: it was changed, is missing, or is not where it belongs; -1 if it is about a checkpoint.
     *        Whoever writes the chain anew can have changed any record from {@link #signedRecords} on
     * @param what one line for people
     */
    public record Problem(String file, long line, long seq, String what) {
        @Override
        public String toString() {
            return file + (line > 0 ? ", line " + line : "") + (seq >= 0 ? ", record " + seq : "") + ": " + what;
        }
    }

    public AuditVerification {
        remarks = List.copyOf(remarks);
    }

    /** True if nothing was changed. */
    public boolean isIntact() {
        return problem.isEmpty();
    }
}
