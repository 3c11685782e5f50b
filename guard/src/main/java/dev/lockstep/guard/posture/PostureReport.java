package dev.lockstep.guard.posture;

import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.TrustFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A posture that {@link PostureJson} wrote down, read again: nobody has signed it, so it is good for questions, not for decisions. */
public final class PostureReport {
    private static final Set<String> MEMBERS = Set.of("format", "at", "fit", "checks");
    private static final Set<String> CHECK_MEMBERS = Set.of("check", "status", "evidence", "remedy");

    /** Twenty checks of a few lines are far below. */
    private static final int MAX_BYTES = 1 << 20;

    private PostureReport() {
    }

    /** @throws TrustFileException if it cannot be read, or is none */
    public static Posture read(Path file) {
        return parse(BoundedFile.read(file, MAX_BYTES, ", so it is no posture", TrustFileException::new), file.toString());
    }

    /**
     * The same for bytes.
     *
     * @param file what to call it in messages
     */
    public static Posture parse(byte[] json, String file) {
        StrictJson root = StrictJson.parse(json, file, TrustFileException::new);
        root.allowOnly(MEMBERS);
        root.require("format", PostureJson.FORMAT);
        List<CheckResult> results = root.objects("checks").stream().map(PostureReport::result).toList();
        return new Posture(root.instantIfPresent("at").orElseThrow(() -> root.fault("member \"at\" is missing")), results);
    }

    private static CheckResult result(StrictJson check) {
        check.allowOnly(CHECK_MEMBERS);
        String word = check.text("status");
        CheckStatus status = Arrays.stream(CheckStatus.values()).filter(each -> each.name().equalsIgnoreCase(word)).findFirst()
                .orElseThrow(() -> check.fault("member \"status\" must be pass, fail or unknown"));
        return new CheckResult(check.text("check"), status, check.optionalText("evidence").orElse(""), check.optionalText("remedy").orElse(""));
    }
}
