package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/**
 * What release 0.2 of the reference program signed, before there was a specification: files as subjects of the statement, and a
 * text that is not the one of DSSE but what Python prints of the payload, hashed with SHA-256 whatever the key. Read only where a
 * caller asks for it.
 */
final class LegacyFormat {
    private static final String PREDICATE_TYPE = "https://model_signing/Digests/v0.1";
    /** With every curve. */
    static final String SIGNATURE_ALGORITHM = "SHA256withECDSA";

    private static final String FILE_HASH = "file-sha256";
    private static final Set<String> MEMBERS = Set.of("_type", "subject", "predicateType", "predicate");
    private static final Set<String> SUBJECT_MEMBERS = Set.of("name", "digest", "annotations");

    private LegacyFormat() {
    }

    /** The signed text: {@code DSSEV1 28 application/vnd.in-toto+json N b'…'}, the payload as Python writes bytes. */
    static byte[] signedText(String payloadType, byte[] payload) {
        var text = new StringBuilder();
        text.append("DSSEV1 ").append(payloadType.length()).append(' ').append(payloadType).append(' ').append(payload.length);
        text.append(" b'");
        for (byte b : payload) {
            appendEscaped(text, b);
        }
        return text.append('\'').toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** JSON has double quotes, so Python chooses single ones around it. */
    private static void appendEscaped(StringBuilder text, byte b) {
        switch (b) {
            case '\t' -> text.append("\\t");
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\\' -> text.append("\\\\");
            case '\'' -> text.append("\\'");
            default -> {
                if (b >= ' ' && b < 0x7F) {
                    text.append((char) b);
                } else {
                    text.append("\\x").append(HexFormat.of().toHexDigits(b));
                }
            }
        }
    }

    /** Reads a statement whose signature has been verified. The files are the subjects; the predicate says nothing. */
    static Statement parse(byte[] payload, String file) {
        var statement = StrictJson.parse(payload, file, ModelSignatureException.faults(Reason.STATEMENT_INVALID));
        if (!statement.text("predicateType").equals(PREDICATE_TYPE)) {
            throw statement.fault("is signed in the way of release 0.2, but is no statement of that release");
        }
        statement.allowOnly(MEMBERS);
        var files = new LinkedHashMap<String, FileDigests>();
        for (StrictJson subject : statement.objects("subject")) {
            subject.allowOnly(SUBJECT_MEMBERS);
            String name = subject.text("name");
            String problem = ResourceName.problem(name);
            if (problem != null) {
                throw subject.fault(ModelSignatureException.MANIFEST_FAULTS, "has a name that " + problem + ": \"" + name + '"');
            }
            if (files.put(name, new FileDigests(HashPlan.SHA_256, FileDigests.UNKNOWN, List.of(digest(subject)))) != null) {
                throw subject.fault(ModelSignatureException.MANIFEST_FAULTS, "has a name that was listed before: \"" + name + '"');
            }
        }
        if (files.isEmpty()) {
            throw statement.fault(ModelSignatureException.MANIFEST_FAULTS, "lists no files; such a signature covers nothing");
        }
        return Statement.of("model", HashPlan.SHA_256, files, List.of());
    }

    private static byte[] digest(StrictJson subject) {
        String algorithm = subject.object("annotations").text("actual_hash_algorithm");
        if (!algorithm.equals(FILE_HASH)) {
            throw subject.fault(ModelSignatureException.MANIFEST_FAULTS, "has the algorithm \"" + algorithm + "\"; \"" + FILE_HASH + "\" is accepted");
        }
        String digest = subject.object("digest").text(HashAlgorithm.SHA_256.omsName());
        if (!HashAlgorithm.SHA_256.isHex(digest)) {
            throw subject.fault(ModelSignatureException.MANIFEST_FAULTS, "has a digest that is not 64 lower-case hex digits");
        }
        return HexFormat.of().parseHex(digest);
    }
}
