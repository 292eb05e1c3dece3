package io.millrace.config;

import java.util.List;

/** The job language as a page of tables, for people. */
public final class JobReference {
    private JobReference() {}

    /** Markdown, always the same text: a table of keys for each part of a job. */
    public static String markdown() {
        StringBuilder out = new StringBuilder();
        table("A job", JobGrammar.JOB, out);
        table("sources.*name*", JobGrammar.SOURCE, out);
        table("sources.*name*.watermark", JobGrammar.WATERMARK, out);
        table("steps", StepGrammar.STEP, out);
        table("steps: aggregate", StepGrammar.AGGREGATE, out);
        table("steps: aggregate.window", StepGrammar.WINDOW, out);
        table("steps: aggregate.emit", StepGrammar.EARLY, out);
        table("steps: aggregate.late", StepGrammar.LATE, out);
        table("steps: dedupe", StepGrammar.DEDUPE, out);
        table("steps: top", StepGrammar.TOP, out);
        table("steps: process", StepGrammar.PROCESS, out);
        table("steps: route, each item", StepGrammar.BRANCH, out);
        table("sinks.*name*", JobGrammar.SINK, out);
        table("errors", JobGrammar.ERRORS, out);
        table("runtime", JobGrammar.RUNTIME, out);
        table("runtime.state", JobGrammar.STATE, out);
        table("runtime.admin", JobGrammar.ADMIN, out);
        return out.toString();
    }

    private static void table(String title, Shape.Fields shape, StringBuilder out) {
        out.append(out.isEmpty() ? "" : "\n").append("### ").append(title).append("\n\n");
        rules(shape, out);
        out.append("| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
        for (Shape.Key key : shape.keys()) {
            String standard = key.value();
            String value = key.required() ? "required" : standard == null ? "" : "`" + standard + "`";
            List<String> cells =
                    List.of("`" + key.name() + "`", cell(key.shape().what()), value, cell(key.meaning()));
            out.append("| ").append(String.join(" | ", cells)).append(" |\n");
        }
    }

    private static void rules(Shape.Fields shape, StringBuilder out) {
        if (shape.single()) {
            out.append("Each item has one of these keys.\n\n");
        } else if (!shape.exactlyOneOf().isEmpty()) {
            out.append("Exactly one of `").append(String.join("`, `", shape.exactlyOneOf()));
            out.append("` must be there.\n\n");
        }
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
