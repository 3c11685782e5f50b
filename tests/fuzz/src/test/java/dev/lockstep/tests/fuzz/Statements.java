package dev.lockstep.tests.fuzz;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Valid statements of OpenSSF Model Signing, small ones. */
final class Statements {
    /** The statement of the one bundle in the corpus that verifies. */
    static final byte[] TWO_FILES = of(List.of("config.json", "weights/model.gguf"), "files", ",\"ignore_paths\":[\"model.sig\"]");

    static final byte[] SINGLE_FILE = of(List.of("."), "files", "");

    static final byte[] SHARDS = of(List.of("a:b:0:8", "a:b:8:9", "c/d:0:7"), "shards", ",\"shard_size\":8");

    private Statements() {
    }

    private static byte[] of(List<String> names, String method, String moreSerialization) {
        MessageDigest root = sha256();
        var resources = new StringBuilder();
        for (String name : names) {
            byte[] digest = sha256().digest(name.getBytes(StandardCharsets.UTF_8));
            root.update(digest);
            resources.append(resources.isEmpty() ? "" : ",").append("""
                    {"name":"%s","digest":"%s","algorithm":"sha256"}""".formatted(name, hex(digest)));
        }
        return """
                {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"model","digest":{"sha256":"%s"}}],\
                "predicateType":"https://model_signing/signature/v1.0","predicate":{"resources":[%s],\
                "serialization":{"method":"%s","hash_type":"sha256","allow_symlinks":false%s}}}"""
                .formatted(hex(root.digest()), resources, method, moreSerialization).getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
