package com.example.storyteller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.Jvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application on the module path, in a JVM that gets no option except the path itself. */
class StorytellerIT {
    private static final String MODULE = "com.example.storyteller";
    private static final Path CHECKPOINTS = Path.of(System.getProperty("lockstep.root"), "models", "checkpoints");
    private static final Path MODEL = CHECKPOINTS.resolve("andersen-5m-q8_0.gguf");
    private static final Path KEY = CHECKPOINTS.resolve("demo-key.pub.pem");

    /** What the demo model says, whoever embeds it; com.example.helpdesk expects the same from the class path. */
    private static final String STORY = "\n\n\"If I have a great deal of my own child,\" said the old woman. "
            + "\"I have a little way to the house, and I have a little way to the house,";

    private static Cli.Result story;

    @BeforeAll
    static void runTheApplication() {
        story = run("Storyteller", MODEL, KEY);
    }

    @Test
    void tellsTheStoryWithVectorsAndLeavesNothingBehind() {
        Map<String, String> facts = facts(story);
        assertThat(story.exitCode()).as(story.err()).isZero();
        assertThat(facts).containsEntry("provider", "vector").containsEntry("finish", "MAX_TOKENS")
                .containsEntry("tokens", "40").containsEntry("story", STORY)
                .containsEntry("storyFromSecureMemory", STORY);
        assertThat(Long.parseLong(facts.get("weightBytesZeroed"))).isGreaterThan(MODEL.toFile().length() / 2);
        assertThat(Long.parseLong(facts.get("sessionBytesZeroed"))).isPositive();
    }

    @Test
    void tellsTheSameStoryInAnotherProcess() {
        assertThat(facts(run("Storyteller", MODEL, KEY))).isNotEmpty().isEqualTo(facts(story));
    }

    @Test
    void isQuietExceptForTheLineThatTheJvmPrintsAboutIncubators() {
        assertThat(story.err().lines()).containsExactly("WARNING: Using incubator modules: " + Jvm.VECTOR_MODULE);
    }

    @Test
    void refusesAModelThatSomebodyElseSigned(@TempDir Path folder) throws Exception {
        Cli.Result result = run("Storyteller", MODEL, writeStrangersKey(folder));
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.text()).isEmpty();
        assertThat(result.err()).contains("refused: UNTRUSTED_KEY");
    }

    @Test
    void cannotReachInternalPackages() {
        Map<String, String> facts = facts(run("Trespasser"));
        assertThat(facts.remove("object")).isEqualTo("refused");
        assertThat(facts).containsKeys("dev.lockstep.models.internal", "dev.lockstep.kernel.internal.vector",
                "dev.lockstep.loader.internal");
        assertThat(facts.values()).containsOnly("closed");
    }

    private static Cli.Result run(String mainClass, Object... arguments) {
        String path = System.getProperty("consumer.jar") + File.pathSeparator + System.getProperty("consumer.lib");
        List<String> command = Stream.concat(
                Stream.of(Jvm.java(), "--module-path", path, "--module", MODULE + "/" + MODULE + "." + mainClass),
                Stream.of(arguments).map(Object::toString)).toList();
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
