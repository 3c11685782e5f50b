package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lockstep bench} of several models and numbers of threads, and the page it writes about them. */
class BenchReportFileTest {
    private static final List<String> SMALL = List.of("--allow-unsigned", "-n", "3", "-r", "1", "--read-buffer", "8");

    @TempDir
    private Path folder;

    private Path synth(String type) {
        Path file = folder.resolve(type + ".gguf");
        var result = InProcess.run("synth", "--shape", "tiny", "--type", type, file);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return file;
    }

    private static Cli.Result bench(Object... arguments) {
        var all = new ArrayList<Object>(List.of("bench"));
        all.addAll(SMALL);
        all.addAll(List.of(arguments));
        return InProcess.run(all.toArray());
    }

    private static Document parse(Path page) throws Exception {
        return DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(Files.readString(page))));
    }

    @Test
    void modelsAndThreadsMeetInOneReport() throws Exception {
        Path page = folder.resolve("out.html");
        var result = bench("--model", synth("Q8_0"), "--model", synth("Q4_0"), "-t", "1,2", "-p", "5,17", "--context", "3,40",
                "--json", "--report", page);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.err()).contains("out.html").containsOnlyOnce("--allow-unsigned");
        JsonNode json = new JsonMapper().readTree(result.text());
        assertThat(IntStream.range(0, 4).mapToObj(json::get)
                .map(run -> run.at("/model/name").asString() + ' ' + run.at("/machine/threads").asInt()))
                .containsExactly("Q8_0.gguf 1", "Q8_0.gguf 2", "Q4_0.gguf 1", "Q4_0.gguf 2");
        // only the first found a cold JVM; with as many threads the machine can do as much
        assertThat(json.get(0).has("cold")).isTrue();
        assertThat(json.get(1).has("cold")).isFalse();
        assertThat(json.at("/0/machine/readBandwidthGBs")).isEqualTo(json.at("/2/machine/readBandwidthGBs"));
        Document report = parse(page);
        assertThat(report.getElementsByTagNameNS("*", "svg").getLength()).isEqualTo(9);
        assertThat(report.getDocumentElement().getTextContent()).contains("Q4_0.gguf").contains("--context 3,40");
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedBeforeAnythingIsMeasured() {
        var noFolder = bench("--report", folder.resolve("missing/out.html"));
        assertThat(noFolder.exitCode()).isEqualTo(2);
        assertThat(noFolder.err()).contains("there is no folder");
        var isFolder = bench("--report", folder);
        assertThat(isFolder.exitCode()).isEqualTo(2);
        assertThat(isFolder.err()).contains("is a folder").doesNotContain("nobody has vouched");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aMissingModelIsNamedBeforeTheFirstIsMeasured() {
        var result = bench("--model", synth("Q8_0"), "--model", folder.resolve("none.gguf"), "--report", folder.resolve("out.html"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("none.gguf: no such file").doesNotContain("nobody has vouched");
        assertThat(folder.resolve("out.html")).doesNotExist();
        var signature = bench("--model", "a", "--model", "b", "--signature", "s");
        assertThat(signature.exitCode()).isEqualTo(2);
        assertThat(signature.err()).contains("--signature belongs to one model");
    }

    @Test
    void theLauncherWritesReportsAndOtherwiseLoadsNoCharts() throws Exception {
        Path page = folder.resolve("out.html");
        assertThat(classesLoadedBy("bench", "-p", "4", "-n", "2", "-r", "1", "-c", "2", "--read-buffer", "8"))
                .doesNotContain("org.knowm").doesNotContain("org.apache.batik").doesNotContain("java.awt.Font");
        assertThat(classesLoadedBy("bench", "-p", "4", "-n", "2", "-r", "1", "-c", "2", "--read-buffer", "8", "--report",
                page.toString())).contains("org.knowm.xchart.XYChart").contains("org.apache.batik");
        assertThat(parse(page).getElementsByTagNameNS("*", "svg").getLength()).isEqualTo(5);
    }

    private String classesLoadedBy(String... arguments) throws Exception {
        Path log = folder.resolve("classes-" + arguments.length + ".log");
        var builder = new ProcessBuilder(SharedData.projectRoot().resolve("lockstep").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("LOCKSTEP_JAVA_OPTS", "-Xlog:class+load:file=" + log);
        var result = Cli.run(builder, new byte[0]);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return Files.readString(log);
    }
}
