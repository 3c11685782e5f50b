package dev.lockstep.app.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
    @TempDir
    private Path folder;

    @Test
    void itIsThereOnlyWhenFinished() throws Exception {
        Path target = folder.resolve("report.html");
        try (var file = ReportFile.create(ReportFile.requirePlace(target))) {
            assertThat(target).doesNotExist();
            file.finish("ä");
        }
        assertThat(target).hasContent("ä");
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void whatIsNotFinishedLeavesTheOlderOne() throws Exception {
        Path target = Files.writeString(folder.resolve("report.html"), "old");
        ReportFile.create(target).close();
        assertThat(target).hasContent("old");
        try (var paths = Files.list(folder)) {
            assertThat(paths).containsExactly(target);
        }
    }

    @Test
    void placesThatCannotBeAreNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> ReportFile.requirePlace(folder)).withMessageContaining("is a folder");
        assertThatIllegalArgumentException().isThrownBy(() -> ReportFile.requirePlace(folder.resolve("no/r.html")))
                .withMessageContaining("there is no folder");
        assertThatIllegalArgumentException().isThrownBy(() -> ReportFile.requirePlace(Path.of("/")));
    }
}
