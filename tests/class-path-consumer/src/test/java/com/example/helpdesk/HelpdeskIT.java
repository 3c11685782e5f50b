package com.example.helpdesk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.Jvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application on the class path, where nothing brings in the vector module unless a flag asks for it. */
class HelpdeskIT {
    private static final String MAIN = "com.example.helpdesk.Helpdesk";
    private static final String ADD_VECTOR_MODULE = "--add-modules";
    private static final Path CHECKPOINTS = Path.of(System.getProperty("lockstep.root"), "models", "checkpoints");
    private static final Path MODEL = CHECKPOINTS.resolve("andersen-5m-q8_0.gguf");
    private static final Path KEY = CHECKPOINTS.resolve("demo-key.pub.pem");

    /** What the demo model says, whoever embeds it; com.example.storyteller expects the same from the module path. */
    private static final String STORY = "\n\n\"If I have a great deal of my own child,\" said the old woman. "
            + "\"I have a little way to the house, and I have a little way to the house,";

    @Test
    void servesInPlainJavaWithoutFlagsAndWarnsOnce() {
        Cli.Result result = run(List.of(), MODEL, KEY);
        assertServedEveryone(result, "scalar");
        // The JDK's console logger puts a line with date and origin before each message, in the language of the user.
        assertThat(result.err().lines().filter(line -> line.contains("--add-modules " + Jvm.VECTOR_MODULE))).hasSize(1);
        assertThat(result.err().lines()).hasSize(2);
    }

    @Test
    void servesWithVectorsWhenAskedToAndWarnsOfNothing() {
        Cli.Result result = run(List.of(ADD_VECTOR_MODULE, Jvm.VECTOR_MODULE), MODEL, KEY);
        assertServedEveryone(result, "vector");
        assertThat(result.err().lines()).containsExactly("WARNING: Using incubator modules: " + Jvm.VECTOR_MODULE);
    }

    @Test
    void refusesAModelThatSomebodyElseSigned(@TempDir Path folder) throws Exception {
        Cli.Result result = run(List.of(), MODEL, writeStrangersKey(folder));
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.text()).isEmpty();
        assertThat(result.err()).contains("refused: UNTRUSTED_KEY");
    }

    private static void assertServedEveryone(Cli.Result result, String provider) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        Map<String, String> facts = facts(result);
        assertThat(facts).containsEntry("provider", provider).containsEntry("answer", STORY)
                .containsEntry("answerToOne", STORY).containsEntry("answerToOther", STORY);
        assertThat(facts).containsEntry("finish", "CANCELLED").containsEntry("tokensBeforeHangingUp", "3")
                .containsEntry("positionAfterHangingUp", "0").containsEntry("answerAfterHangingUp", STORY);
        assertThat(Long.parseLong(facts.get("weightBytesZeroed"))).isPositive();
    }

    private static Cli.Result run(List<String> jvmOptions, Object... arguments) {
        String libraries = Path.of(System.getProperty("consumer.lib"), "*").toString();
        List<String> command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("consumer.jar") + File.pathSeparator + libraries, MAIN));
        command.addAll(List.of(arguments).stream().map(Object::toString).toList());
        var builder = new ProcessBuilder(command);
        // No flag may come in through the back door either.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        return Cli.run(builder, new byte[0]);
    }

    private static Map<String, String> facts(Cli.Result result) {
        return result.text().lines().map(line -> line.split("=", 2))
                .collect(Collectors.toMap(fact -> fact[0], fact -> fact[1].translateEscapes()));
    }

    /** A key that signed nothing, written with the JDK alone. */
    private static Path writeStrangersKey(Path folder) throws GeneralSecurityException, IOException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        byte[] der = generator.generateKeyPair().getPublic().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n";
        return Files.writeString(folder.resolve("stranger.pub.pem"), pem);
    }
}
