package dev.lockstep.app.bench.report;

import java.awt.Dimension;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Pictures as SVG elements inside of a page. Letters become outlines: they look alike everywhere, and no font is needed. */
final class Svg {
    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    private Svg() {
    }

    /**
     * Draws a picture.
     *
     * @param id begins every id in it, as ids of several pictures meet in one page
     */
    static String of(Picture picture, String id) {
        try {
            Document document = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder().getDOMImplementation()
                    .createDocument(NAMESPACE, "svg", null);
            Chart<?, ?> chart = picture.chart();
            var canvas = new SVGGraphics2D(context(document, id), false);
            canvas.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
            chart.paint(canvas, chart.getWidth(), chart.getHeight());
            Element root = canvas.getRoot();
            // The one id that does not come from the generator, on an element that nothing refers to.
            ((Element) root.getElementsByTagNameNS(NAMESPACE, "defs").item(0)).removeAttribute("id");
            root.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
            root.setAttribute("role", "img");
            root.setAttribute("aria-label", picture.description());
            return text(root);
        } catch (ParserConfigurationException | TransformerException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SVGGeneratorContext context(Document document, String id) {
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
        context.setComment(null);
        context.setIDGenerator(new SVGIDGenerator() {
            @Override
            public String generateID(String prefix) {
                return id + '-' + super.generateID(prefix);
            }
        });
        return context;
    }

    private static String text(Element root) throws TransformerException {
        var transformer = TransformerFactory.newDefaultInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        var out = new StringWriter();
        transformer.transform(new DOMSource(root), new StreamResult(out));
        return out.toString();
    }
}
