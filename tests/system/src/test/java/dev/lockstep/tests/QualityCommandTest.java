package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.SharedData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QualityCommandTest {
    @TempDir
    private Path folder;

    @Test
    void thePageHasARowPerTypeAndPlotsThatAreThere() throws Exception {
        Path master = SharedData.path("checkpoints/andersen/andersen-5m-f32.gguf");
        Path text = Files.write(folder.resolve("text"),
                Arrays.copyOf(Files.readAllBytes(SharedData.path("checkpoints/andersen/heldout.txt")), 1_500));
        Path page = folder.resolve("page.md");
        Object[] command = {"quality", "--model", master, "--allow-unsigned", "--file", text, "--context", 64, "--types", "q4_0,F16", "--report", page};
        var result = InProcess.run(command);
        assertThat(result.exitCode()).as(result.err()).isZero();
        List<String> rows = Files.readAllLines(page).stream().filter(line -> line.startsWith("| F16") || line.startsWith("| Q4_0")).toList();
        // the weight errors are those of the checkpoint's README; the larger file comes first
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0)).startsWith("| F16 |").contains("| 0.00021 |", "100.00 % |");
        assertThat(rows.get(1)).startsWith("| Q4_0 |").contains("| 0.08424 |");
        for (String plot : List.of("page-perplexity.svg", "page-divergence.svg")) {
            assertThat(page).content().contains("](" + plot + ")");
            var svg = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder()
                    .parse(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(plot))));
            assertThat(svg.getDocumentElement().getLocalName()).isEqualTo("svg");
        }
        assertNotOverwritten(page, command);
    }

    /** Its weights would lie in a temporary file. */
    @Test
    void anEncryptedModelIsRefused() throws IOException {
        Path identity = folder.resolve("me.txt");
        Path model = Models.encryptedDemo(Files.createDirectory(folder.resolve("model")), identity);
        var refused = InProcess.run("quality", "--model", model, "--age-identity", identity, "--file", identity, "--report", folder.resolve("page.md"));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("is encrypted");
        assertThat(folder.resolve("page.md")).doesNotExist();
    }

    private static void assertNotOverwritten(Path page, Object... command) throws IOException {
        String before = Files.readString(page);
        var again = InProcess.run(command);
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("page.md");
        assertThat(page).hasContent(before);
    }
}
