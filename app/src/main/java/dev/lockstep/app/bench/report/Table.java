package dev.lockstep.app.bench.report;

import java.util.List;

/**
 * Rows under a heading.
 *
 * @param heads one per column
 * @param rows each with as many cells as there are columns
 */
record Table(String title, List<String> heads, List<List<String>> rows) {
    void write(Html page) {
        page.element("h3", title).open("div", "class", "table").open("table");
        page.open("thead").open("tr");
        heads.forEach(head -> page.element("th", head));
        page.close().close().open("tbody");
        for (List<String> row : rows) {
            page.open("tr");
            row.forEach(cell -> page.element("td", cell));
            page.close();
        }
        page.close().close().close();
    }
}
