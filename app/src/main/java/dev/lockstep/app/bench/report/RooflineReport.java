package dev.lockstep.app.bench.report;

import dev.lockstep.app.bench.BenchSuite;
import dev.lockstep.app.bench.RunFacts;
import java.util.List;

/** A suite as one HTML page that needs nothing else: no script, no font, no network. */
public record RooflineReport(BenchSuite suite, RunFacts facts) {
    private static final String STYLE = """
            body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; background: #fff; color: #222;
              font: 16px/1.5 system-ui, sans-serif }
            h1, h2, h3 { line-height: 1.2; margin: 2rem 0 .5rem }
            p { max-width: 50rem }
            figure { margin: 1rem 0; display: flex; flex-wrap: wrap; gap: 1rem }
            svg { max-width: 100%; height: auto }
            .table { overflow-x: auto }
            table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums }
            th, td { border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left; vertical-align: top; unicode-bidi: isolate }
            th { font-weight: 600 }
            td { overflow-wrap: break-word }
            """;

    /** The page. */
    public String html() {
        var page = new Html();
        page.open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8")
                .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .element("title", "Lockstep roofline report").element("style", STYLE).close();
        page.open("body").element("h1", "Lockstep roofline report");
        introduction(page);
        var tables = new Tables(suite);
        tables.run(facts).write(page);
        tables.ceilings().write(page);
        figures(page);
        page.element("h2", "All numbers").element("p", "Rates are medians of the repetitions, with the slowest and the fastest beside"
                + " them; spread is their distance as a share of the median. MAC: multiply-add. GB: 10⁹ bytes.");
        List.of(tables.models(), tables.prefill(), tables.decode(), tables.cold()).forEach(table -> table.write(page));
        return page.close().close().toString();
    }

    private void introduction(Html page) {
        page.element("p", "How fast models read prompts (prefill) and generate (decode) here, and how near that is to what the machine"
                + " can do: everything on this page was measured in one run. Compare numbers within it. Only shares of the ceilings"
                + " mean something beside those of other runs and machines.");
    }

    private void figures(Html page) {
        List<String> labels = Labels.of(suite);
        var figures = List.of(RooflinePlot.figure(suite, labels), FormatPlots.speed(suite, labels), FormatPlots.share(suite, labels),
                ScalingPlots.threads(suite, labels), ScalingPlots.contexts(suite, labels));
        int id = 0;
        for (Figure figure : figures) {
            page.element("h2", figure.title()).element("p", figure.reading());
            if (!figure.pictures().isEmpty()) {
                page.open("figure");
                for (Picture picture : figure.pictures()) {
                    page.svg(Svg.of(picture, "p" + id++));
                }
                page.close();
            }
        }
    }
}
