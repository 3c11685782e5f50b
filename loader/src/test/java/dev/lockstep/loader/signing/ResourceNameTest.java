package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "...", ".hidden", "a b", "100%", "%2e%2e", "a?b#c", "é", "e\u0301", "日本/🦙",
            "a\nb", "C:", "+"})
    void aNameComesBackFromItsPath(String name, @TempDir Path folder) throws Exception {
        assertThat(ResourceName.problem(name)).isNull();
        Path path = ResourceName.resolve(folder, name);
        assertThat(path).isEqualTo(folder.resolve(name));
        assertThat(ResourceName.of(folder, path)).isEqualTo(name);
        assertThat(ResourceName.lastPart(path)).isEqualTo(name.substring(name.lastIndexOf('/') + 1));
    }

    @Test
    void theRootOfTheFileSystemIsAFolderLikeOthers() throws Exception {
        Path root = Path.of("/");
        Path path = ResourceName.resolve(root, "a/b");
        assertThat(path).isEqualTo(Path.of("/a/b"));
        assertThat(ResourceName.of(root, path)).isEqualTo("a/b");
    }

    @Test
    void orderIsByCodePointNotByPartsAndNotByUtf16() {
        // U+FFFD comes before U+1F999, whose UTF-16 form starts with D83E.
        assertThat(Stream.of("🦙", "\uFFFD", "a/b", "a.b", "ab", "a", "Z").sorted(ResourceName.CODE_POINT_ORDER))
                .containsExactly("Z", "a", "a.b", "a/b", "ab", "\uFFFD", "🦙");
    }

    @Test
    void anExclusionCoversItselfAndWhatIsBelowButNoLongerName(@TempDir Path folder) {
        var exclusions = new Exclusions();
        assertThat(exclusions.add(folder, Path.of("logs"))).isTrue();
        assertThat(exclusions.add(folder, Path.of("logs"))).isTrue();
        assertThat(exclusions.add(folder, folder.resolve("sub/x"))).isTrue();
        assertThat(exclusions.add(folder, Path.of("../other"))).isFalse();
        assertThat(exclusions.add(folder, Path.of(""))).isFalse();
        assertThat(exclusions.covers("logs")).isTrue();
        assertThat(exclusions.covers("logs/a/b")).isTrue();
        assertThat(exclusions.covers("logs2")).isFalse();
        assertThat(exclusions.covers("sub")).isFalse();
        assertThat(exclusions.covers("sub/x")).isTrue();
        assertThat(exclusions.covers(".git/config")).isTrue();
        assertThat(exclusions.covers("sub/.git")).isFalse();
    }
}
