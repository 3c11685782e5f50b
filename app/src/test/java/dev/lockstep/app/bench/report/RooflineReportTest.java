package dev.lockstep.app.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.BenchSuite;
import dev.lockstep.app.bench.ColdStart;
import dev.lockstep.app.bench.Machine;
import dev.lockstep.app.bench.ModelFacts;
import dev.lockstep.app.bench.Rate;
import dev.lockstep.app.bench.RunFacts;
import dev.lockstep.kernel.Ceilings;
import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.models.Workload;
import dev.lockstep.quant.DType;
import java.io.StringReader;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The page as a browser would read it, made of numbers that were never measured. */
class RooflineReportTest {
    private static final Set<String> LOADING = Set.of("script", "link", "img", "image", "iframe", "object", "embed", "use", "base");
    private static final RunFacts FACTS = new RunFacts(OffsetDateTime.parse("2026-11-26T12:00:00+01:00"),
            List.of("bench", "--model", "a&b<c>.gguf"), List.of("-Xmx512m"), new KernelSelection("vector", 256, false, "preferred"));

    @BeforeAll
    static void fonts() throws Exception {
        Plots.requireFonts();
    }

    private static BenchResult result(String name, DType type, int threads, double bandwidth) {
        return new BenchResult(new Machine("A CPU", 4, "A JDK", "An OS", OptionalDouble.of(0.12)),
                new Ceilings(bandwidth, 50, threads, 256), new ModelFacts(name, "llama", type, 1_234_567_890, 1_111_111_111),
                new Workload(1_000_000_000, 200_000_000, 900_000_000, 200_000_000),
                threads == 1 ? Optional.of(new ColdStart(111, 22, 33, 44, 55, 66)) : Optional.empty(),
                List.of(new BenchResult.Prefill(100, new Rate(10.25 * threads, 9.5, 11.75)),
                        new BenchResult.Prefill(512, new Rate(12, 11, 13))),
                List.of(new BenchResult.Decode(32, 128, new Rate(10 * threads, 8.25, 12.5), 64),
                        new BenchResult.Decode(32, 4096, new Rate(7.75, 7.5, 7.875), 65)));
    }

    private static String page(String name) {
        return new RooflineReport(new BenchSuite(List.of(
                List.of(result(name, DType.Q8_0, 1, 15), result(name, DType.Q8_0, 2, 20)),
                List.of(result("other.gguf", DType.Q4_0, 1, 16), result("other.gguf", DType.Q4_0, 2, 19)))), FACTS).html();
    }

    private static Document parse(String page) throws Exception {
        return DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder().parse(new InputSource(new StringReader(page)));
    }

    private static List<Element> elements(Document page) {
        NodeList all = page.getElementsByTagName("*");
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < all.getLength(); i++) {
            elements.add((Element) all.item(i));
        }
        return elements;
    }

    private static List<String> cells(Document page) {
        return elements(page).stream().filter(element -> element.getTagName().equals("td")).map(Element::getTextContent).toList();
    }

    @Test
    void itHasEveryNumber() throws Exception {
        assertThat(cells(parse(page("m.gguf")))).contains(
                // machine and run
                "A CPU", "4", "A JDK", "An OS", "0.12", "2026-11-26T12:00+01:00", "-Xmx512m", "vector, 256 bits: preferred",
                // ceilings: the best of all models with as many threads
                "16.0", "20.0", "50.0", "100.0", "3.13", "5.00", "256",
                // model
                "1234567890", "1111111111", "1200000000", "1100000000",
                // prefill of 100 tokens with one thread: 100.2 billion multiply-adds, 1.1 GB
                "100", "10.25", "9.50", "11.75", "22 %", "91.09", "10.27", "21 %", "512", "12.00", "11.00", "13.00",
                // decode with one thread: 1.2 billion multiply-adds and 1.1 GB a token, of 16 GB/s
                "128", "32", "8.25", "12.50", "43 %", "1.09", "69 %", "64", "4096", "7.75", "7.88", "65",
                // cold start
                "111", "22", "33", "44", "55", "66", "265");
    }

    @Test
    void itLoadsNothing() throws Exception {
        for (Element element : elements(parse(page("m.gguf")))) {
            assertThat(LOADING).doesNotContain(element.getLocalName());
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                var attribute = element.getAttributes().item(i);
                if (!"http://www.w3.org/2000/xmlns/".equals(attribute.getNamespaceURI())) {
                    assertThat(attribute.getNodeValue()).doesNotContain("://");
                }
                assertThat(attribute.getLocalName()).isNotIn("src", "href").doesNotStartWith("on");
            }
        }
        assertThat(page("m.gguf")).startsWith("<!DOCTYPE html>\n<html").doesNotContain("@import").doesNotContain("url(http");
    }

    @Test
    void itShowsEveryPlot() throws Exception {
        List<String> plots = elements(parse(page("m.gguf"))).stream().filter(element -> element.getLocalName().equals("svg"))
                .map(plot -> plot.getAttribute("aria-label")).toList();
        // rooflines of two numbers of threads, speeds, shares, threads, contexts
        assertThat(plots).hasSize(2 + 2 + 2 + 2 + 1).doesNotHaveDuplicates().first().asString().contains("2 threads");
    }

    @Test
    void idsOfPicturesDoNotMeet() throws Exception {
        List<String> ids = elements(parse(page("m.gguf"))).stream().map(element -> element.getAttribute("id"))
                .filter(id -> !id.isEmpty()).toList();
        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
        Set<String> known = new HashSet<>(ids);
        elements(parse(page("m.gguf"))).stream().map(element -> element.getAttribute("clip-path"))
                .filter(clip -> clip.startsWith("url(#")).forEach(clip -> assertThat(known).contains(clip.substring(5, clip.length() - 1)));
    }

    @Test
    void namesAreTextWhateverTheyLookLike() throws Exception {
        String evil = "<script>alert(1)</script>&\"'\u0000\u001b.gguf";
        String page = page(evil);
        assertThat(page).doesNotContain("<script").contains("&lt;script");
        assertThat(cells(parse(page))).contains("<script>alert(1)</script>&\"'\uFFFD\uFFFD.gguf", "lockstep bench --model a&b<c>.gguf");
    }

    @Test
    void elementsThatBrowsersDoNotCloseAreClosed() {
        // "<td/>" is closed for XML and open for HTML
        assertThat(page("m.gguf").split("<figure", 2)[0]).doesNotContainPattern("<(?!meta)[a-z0-9]+[^<]*/>");
    }

    @Test
    void oneOfEachSaysWhatWouldDrawMore() throws Exception {
        var one = result("m.gguf", DType.Q8_0, 2, 20);
        var single = new BenchResult(one.machine(), one.ceilings(), one.model(), one.workload(), one.cold(),
                one.prefill().subList(0, 1), one.decode().subList(0, 1));
        String page = new RooflineReport(new BenchSuite(List.of(List.of(single))), FACTS).html();
        assertThat(parse(page).getDocumentElement().getTextContent()).contains("--threads 1,2,4 draws").contains("--context 128,1024,4096");
    }

    @Test
    void labelsAreShortAndDifferent() {
        String longName = "a-model-with-a-name-that-is-much-longer-than-any-legend.gguf";
        var suite = new BenchSuite(List.of(List.of(result("x-q8_0.gguf", DType.Q8_0, 1, 1)), List.of(result("x.gguf", DType.Q8_0, 1, 1)),
                List.of(result("x.gguf", DType.Q8_0, 1, 1)), List.of(result(longName, DType.Q4_0, 1, 1))));
        assertThat(Labels.of(suite)).startsWith("x-q8_0", "x Q8_0", "x Q8_0 #3").doesNotHaveDuplicates()
                .allMatch(label -> label.length() <= 28).last().asString().endsWith("… Q4_0");
    }
}
