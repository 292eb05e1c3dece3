package io.millrace.config;

import static io.millrace.config.Shapes.ASSIGNMENTS;
import static io.millrace.config.Shapes.COLUMN;
import static io.millrace.config.Shapes.COLUMNS;
import static io.millrace.config.Shapes.EXPRESSION;
import static io.millrace.config.Shapes.MILLISECOND;
import static io.millrace.config.Shapes.NAME;
import static io.millrace.config.Shapes.STORE_NAME;
import static io.millrace.config.Shapes.TEN_YEARS;
import static io.millrace.config.Shapes.choice;
import static io.millrace.config.Shapes.duration;
import static io.millrace.config.Shapes.fields;
import static io.millrace.config.Shapes.formed;
import static io.millrace.config.Shapes.free;
import static io.millrace.config.Shapes.named;
import static io.millrace.config.Shapes.optional;
import static io.millrace.config.Shapes.required;
import static io.millrace.config.Shapes.verbs;

import io.millrace.config.Shape.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The steps of the job language as data, see {@link JobGrammar}. */
final class StepGrammar {
    static final Fields WINDOW = new Fields(
            "a mapping such as {tumbling: 1m}",
            "key",
            List.of(
                    optional("tumbling", duration(MILLISECOND), null, "Windows of this size, one after the other."),
                    optional(
                            "hopping",
                            duration(MILLISECOND),
                            null,
                            "Overlapping windows of this size, a new one after each every."),
                    optional(
                            "cumulating",
                            duration(MILLISECOND),
                            null,
                            "Windows with a common start that grow by every, up to this size."),
                    optional(
                            "session",
                            duration(MILLISECOND),
                            null,
                            "Windows of one group's rows that are at most this apart."),
                    optional(
                            "every",
                            duration(MILLISECOND),
                            null,
                            "How far apart hopping windows start, or by how much cumulating ones grow; the size is a multiple of it."),
                    optional(
                            "offset",
                            new Shape.Scalar(new ScalarType.Lasting(null, TEN_YEARS, "s")),
                            "0s",
                            "Shifts the windows' starts from the epoch, by less than their size.")),
            List.of("tumbling", "hopping", "cumulating", "session"),
            Map.of(
                    "hopping", List.of("every"),
                    "cumulating", List.of("every"),
                    "every", List.of("hopping", "cumulating"),
                    "offset", List.of("tumbling", "hopping", "cumulating")));

    private static final Shape WINDOW_OR_NONE = new Shape.Either(choice(List.of("none")), WINDOW);

    static final Fields EARLY = fields(
            "a mapping such as {early: 10s}",
            required(
                    "early",
                    duration(MILLISECOND),
                    "How often, by the wall clock, an open window gives its result so far if there is something new."));

    static final Fields LATE = fields(
            "a mapping such as {accept: 5m, then: too_late}",
            optional(
                    "accept",
                    duration(Duration.ZERO),
                    "0s",
                    "How long after its end a window still takes rows, each of which corrects its result."),
            optional(
                    "then",
                    NAME,
                    null,
                    "The sink of rows that come even later, as they were read; without it they are counted and dropped."));

    static final Fields AGGREGATE = fields(
            "a mapping that describes an aggregate",
            required("name", STORE_NAME, "Names the store, for ever: under another name the aggregate starts empty."),
            optional("by", COLUMNS, null, "The columns to group by; without it everything is one group."),
            optional(
                    "window",
                    WINDOW_OR_NONE,
                    "none",
                    "The windows of event time to group by; none is a running aggregate."),
            required("values", ASSIGNMENTS, "The result's columns, each an aggregate expression."),
            optional(
                    "emit",
                    new Shape.Either(choice(List.of("final", "updates")), EARLY),
                    null,
                    "When results come: final once per window, as it closes (the default of windows); updates with every row (the default of running aggregates); {early: 10s} every so often while the window is open."),
            optional("late", LATE, null, "What becomes of rows that come after their window's end."));

    static final Fields BRANCH = new Fields(
            "a mapping such as {when: amount > 10, to: review} or {else: rest}",
            "key",
            List.of(
                    optional("when", EXPRESSION, null, "Which of the rows that no branch before has taken go here."),
                    optional("to", NAME, null, "A sink, or a new stream's name."),
                    optional("else", NAME, null, "A sink or a new stream's name for all other rows; the last branch.")),
            List.of("when", "else"),
            Map.of("when", List.of("to"), "to", List.of("when")));

    static final Fields DEDUPE = fields(
            "a mapping that describes which rows are duplicates",
            required("name", STORE_NAME, "Names the store, for ever: under another name the step starts empty."),
            required("key", COLUMNS, "The columns by which rows are the same."),
            required(
                    "within",
                    duration(MILLISECOND),
                    "Rows of one key whose event times are closer than this are duplicates of each other."),
            optional(
                    "keep",
                    choice(List.of("first", "last")),
                    "first",
                    "Which of them stays: the one with the earliest event time (first), or the one with the latest, which replaces the one before (last)."));

    static final Fields TOP = fields(
            "a mapping that describes a ranking",
            required("name", STORE_NAME, "Names the store, for ever: under another name the step starts empty."),
            optional("by", COLUMNS, null, "The columns to group by; without it everything is one group."),
            required("order", free("an order such as price DESC, bidder"), "What follows ORDER BY in SQL."),
            required("limit", new Shape.Scalar(new ScalarType.Whole(1, 10_000)), "How many rows of each group stay."),
            optional(
                    "window",
                    WINDOW_OR_NONE,
                    "none",
                    "The windows to rank in, as those of aggregate but without session; none ranks all rows so far."));

    static final Fields PROCESS = fields(
            "a mapping that describes a step of your own",
            required("name", STORE_NAME, "Names the step's state, for ever: under another name it starts empty."),
            required(
                    "class",
                    formed(
                            "a Java class name such as com.acme.Enrich",
                            "([A-Za-z_$][A-Za-z0-9_$]*\\.)*[A-Za-z_$][A-Za-z0-9_$]*",
                            false),
                    "The class, from runtime: plugin.path."),
            optional("by", COLUMNS, null, "The columns that its state goes by; without it the class has no state."),
            optional("config", named("a mapping of names to values", Shapes.ANYTHING), null, "Handed to the class."),
            optional(
                    "outputs",
                    named("a mapping of outputs to sinks or streams", NAME),
                    null,
                    "Where the class's side outputs go, by name: each to a sink or a new stream's name."));

    static final Fields STEP = verbs(
            optional(
                    "from",
                    NAME,
                    null,
                    "Starts a pipeline from a source or a named stream; may be left out when there is one source."),
            optional(
                    "union",
                    new Shape.ListOf(NAME),
                    null,
                    "Starts a pipeline from several sources or named streams with the same columns."),
            optional("filter", EXPRESSION, null, "Keeps the rows for which the expression is true."),
            optional("set", ASSIGNMENTS, null, "Adds or replaces columns."),
            optional("drop", COLUMNS, null, "Removes columns."),
            optional("map", ASSIGNMENTS, null, "Replaces the whole row."),
            optional(
                    "flatten",
                    COLUMN,
                    null,
                    "Makes a row of each element of an ARRAY column, which then holds the element."),
            optional("as", NAME, null, "Names the stream here, for later from steps."),
            optional(
                    "route",
                    new Shape.ListOf(BRANCH),
                    null,
                    "Hands each row to the first branch whose condition is true; ends the pipeline."),
            optional("key", COLUMNS, null, "Distributes the stream by these columns."),
            optional("aggregate", AGGREGATE, null, "Groups and aggregates."),
            optional("dedupe", DEDUPE, null, "Drops rows whose key has been seen."),
            optional("top", TOP, null, "Keeps the first rows of each group in an order, with a column rank."),
            optional("process", PROCESS, null, "Hands the rows to a class of your own."),
            optional("to", NAME, null, "Writes the stream to a sink; the pipeline may go on."));

    private StepGrammar() {}
}
