package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.Nearest;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Every family of facts and every view that {@code conf/} has, and the settings that they are calculated with. */
public final class Facts {
    /** The family of what every type of item has; no file has it, it is made of the families that describe items. */
    static final String ITEM = "item";

    /** Relations that code gives to queries. */
    static final String EARLIER_SENDS = "earlier_sends";

    static final String TIME_ZONES = "time_zones";
    /** Of sources alone: the posts that are nearest to each of the targets by the two towers of retrieval. */
    public static final String NEAREST_POSTS = "nearest_posts";

    private static final Set<String> GIVEN = Set.of(EARLIER_SENDS, TIME_ZONES, NEAREST_POSTS, Family.ROW);

    private static final String ITEM_SQL =
            """
            -- What every item has, whatever its type; made of the families with items.
            -- key: item_type, item_id
            -- column: author_id: account whose item it is; NULL when it has none
            -- column: created_at: when it was made
            -- column: fresh_at: instant from which its age counts, see inputs.item_age
            SELECT %s AS author_id,
                   %s AS created_at,
                   %s AS fresh_at
            FROM row
            """;

    private static final String RECENT_SQL =
            """
            -- Items of a type that are not older than :max_age_hours, and their authors.
            SELECT item.%s AS item_id, item.author_id FROM %s AS item
            WHERE item.fresh_at >= :as_of - make_dt_interval(0, :max_age_hours)
            """;

    private final ConfigFile settings;
    private final RankingConfig config;
    private final Map<String, Family> families = new TreeMap<>();
    private final Map<String, View> views = new TreeMap<>();
    /** Each of them is a view, too. */
    private final Map<String, Tile> tiles = new TreeMap<>();
    /** Each family after those that it speaks of. */
    private final List<Family> order;

    private Facts(ConfigFile settings) {
        this.settings = settings;
        this.config = settings.config();
        ConfFolder folder = settings.folder();
        folder.sql(ConfFolder.FACTS).forEach((name, file) -> families.put(name, Family.of(name, file)));
        folder.sql(ConfFolder.VIEWS).forEach((name, file) -> views.put(name, View.of(name, file)));
        folder.sql(ConfFolder.TILES).forEach((name, file) -> {
            Tile tile = Tile.of(name, file);
            tiles.put(name, tile);
            if (views.put(name, new View(tile.query(), false, Optional.empty())) != null) {
                throw PushrankException.usage(
                        tile.query().file() + ": a tile must have a name of its own, but a view is called " + name);
            }
        });
        requireOwnNames();
        families.put(ITEM, Family.of(ITEM, item()));
        views.values().forEach(view -> {
            requireRelations(view.query(), Set.of());
            requireInstead(view);
        });
        queries().forEach(this::requireSettings);
        families.values().forEach(family -> {
            requireRelations(family.query(), Set.of(Family.ROW));
            spokenOf(family, family.columns().keySet())
                    .forEach(reference -> require(
                            reference,
                            family.query().file() + ", line " + family.query().lineOf(reference.toString())));
        });
        List<String> path = new ArrayList<>();
        Set<String> done = new HashSet<>();
        families.keySet().forEach(name -> requireNoCircle(name, path, done));
        views.keySet().forEach(name -> requireNoCircle(name, path, done));
        order = JoinOrder.of(this);
    }

    /**
     * Reads the files of the settings' folder.
     *
     * @throws PushrankException with exit code 2 for a file that cannot be understood, a name that stands twice, an unknown
     *     relation, family or column, and families that need each other
     */
    public static Facts of(ConfigFile settings) {
        return new Facts(settings);
    }

    public RankingConfig config() {
        return config;
    }

    public ConfigFile settings() {
        return settings;
    }

    /** The families by name. */
    public Map<String, Family> families() {
        return families;
    }

    /** The families, each after those that it speaks of. */
    List<Family> order() {
        return order;
    }

    /** Types of items that can be proposed. */
    public Set<String> itemTypes() {
        return families.values().stream()
                .flatMap(family -> family.itemType().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * A query for the items of a type that are not older than its parameter {@code max_age_hours}: {@code item_id} and
     * {@code author_id}.
     */
    public Query recent(String itemType) {
        Family family = families.values().stream()
                .filter(each -> each.itemType().equals(Optional.of(itemType)))
                .findFirst()
                .orElseThrow();
        String text = RECENT_SQL.formatted(family.key().get(0).column(), family.name());
        return Query.of("recent", new NamedText("recent " + itemType, text), Set.of());
    }

    /** Types of items among which the light ranker chooses; others pass by it. */
    public Set<String> lightRankedTypes() {
        return families.values().stream()
                .filter(Family::isLightRanked)
                .flatMap(family -> family.itemType().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The tiles by name. */
    public Map<String, Tile> tiles() {
        return tiles;
    }

    /** Names of the views. */
    public Set<String> viewNames() {
        return views.keySet();
    }

    /** Every file of facts and views. */
    public List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        families.values().forEach(family -> queries.add(family.query()));
        views.values().forEach(view -> queries.add(view.query()));
        return queries;
    }

    /** The view of a name, or the one that the settings put in its place. */
    Optional<View> view(String name) {
        return Optional.ofNullable(views.get(name)).map(view -> view.instead()
                .filter(instead -> instead.value()
                        .equals(settings.find(instead.setting())
                                .map(String::valueOf)
                                .orElse("")))
                .map(instead -> views.get(instead.view()))
                .orElse(view));
    }

    /** Whether any query can read something of this name, be it a table, a view, or a family that needs no rows at hand. */
    public boolean isRelation(String name) {
        return name.equals(EARLIER_SENDS)
                || name.equals(TIME_ZONES)
                || relations().contains(name);
    }

    /** Names that queries can read. */
    public Set<String> relations() {
        Set<String> names = new TreeSet<>(tables());
        names.addAll(views.keySet());
        families.values().stream()
                .filter(family -> !family.query().relations().contains(Family.ROW))
                .forEach(family -> names.add(family.name()));
        return names;
    }

    private static List<String> tables() {
        return Arrays.stream(Table.values()).map(Table::tableName).toList();
    }

    /**
     * Checks that a source reads nothing but what there is.
     *
     * @throws PushrankException with exit code 2 when it does not
     */
    public void requireRelationsOfSource(Query query) {
        requireRelations(query, Set.of(NEAREST_POSTS));
    }

    private void requireRelations(Query query, Set<String> more) {
        for (String relation : query.relations()) {
            if (!isRelation(relation) && !more.contains(relation)) {
                throw PushrankException.usage(query.file() + ", line " + query.lineOf(relation)
                        + ": FROM and JOIN must name a table, a view or a family of facts," + " but name " + relation
                        + "; the nearest are " + Nearest.to(relation, relations()));
            }
        }
    }

    /**
     * Checks that there are such a family and column.
     *
     * @param where what names it, for the message
     * @throws PushrankException with exit code 2 when there are not
     */
    public void require(Reference reference, String where) {
        unknown(List.of(reference)).ifPresent(problem -> {
            throw PushrankException.usage(where + ": " + problem);
        });
    }

    /** What is wrong with the first of some facts that is not there, with the names of those that are nearest. */
    public Optional<String> unknown(Collection<Reference> references) {
        for (Reference reference : references) {
            if (reference.column().isEmpty()) {
                List<String> meant = meant(reference.family());
                return Optional.of("a fact must be FAMILY.COLUMN, but is " + reference + "; the nearest are "
                        + (meant.isEmpty()
                                ? Nearest.to(reference.family(), families.keySet())
                                : String.join(", ", meant)));
            }
            Family family = families.get(reference.family());
            if (family == null) {
                return Optional.of("a fact must be of a family that is there, but is " + reference
                        + "; the nearest are " + Nearest.to(reference.family(), families.keySet()));
            }
            Set<String> known = new TreeSet<>(family.columns().keySet());
            if (!family.isOfRow()) {
                family.key().forEach(key -> known.add(key.column()));
            }
            if (!known.contains(reference.column())) {
                return Optional.of("a fact must be a column of " + family.name() + ", but is " + reference
                        + "; the nearest are "
                        + Nearest.to(
                                reference.toString(),
                                known.stream()
                                        .map(column -> family.name() + "." + column)
                                        .toList()));
            }
        }
        return Optional.empty();
    }

    /** The facts whose column has a name. */
    private List<String> meant(String column) {
        return families.values().stream()
                .filter(family -> family.columns().containsKey(column))
                .map(family -> family.name() + "." + column)
                .toList();
    }

    /**
     * Checks that facts are there, and can be found by certain columns of rows.
     *
     * @param keys columns by which families may be found
     * @param where what names them, for the message
     * @throws PushrankException with exit code 2 when one is not
     */
    public void require(Collection<Reference> references, Set<String> keys, String where) {
        for (Reference reference : references) {
            require(reference, where);
            for (Family.Key key : families.get(reference.family()).key()) {
                if (!keys.contains(key.row())) {
                    throw PushrankException.usage(where + ": a fact must be of a family that is found by "
                            + new TreeSet<>(keys) + ", but is " + reference + ", found by " + key.row());
                }
            }
        }
    }

    /** The facts of other families that certain columns of one are made of. */
    Set<Reference> spokenOf(Family family, Set<String> columns) {
        var plan = Plans.pruned(family.query().plan(), columns);
        Set<String> aliases = Plans.aliases(plan);
        Set<Reference> references = new TreeSet<>();
        for (List<String> name : Plans.names(plan)) {
            if (name.size() > 1 && families.containsKey(name.get(0)) && !aliases.contains(name.get(0))) {
                references.add(new Reference(name.get(0), name.get(1)));
            }
        }
        return references;
    }

    /** The tables that a query names, and those that the families which it names begin with: without them it gives nothing. */
    public Set<Table> tablesOf(Query query) {
        Set<String> names = new TreeSet<>();
        for (String relation : query.relations()) {
            Family family = families.get(relation);
            names.add(family == null ? relation : family.base());
        }
        if (names.remove(NEAREST_POSTS)) {
            names.add(Table.FEATURE_EMBEDDINGS.tableName());
        }
        return Arrays.stream(Table.values())
                .filter(table -> names.contains(table.tableName()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Table.class)));
    }

    private void requireSettings(Query query) {
        query.head().all(Query.SETTING).forEach(entry -> requireSetting(query.head(), entry, entry.value()));
    }

    private void requireInstead(View view) {
        Head head = view.query().head();
        view.instead().ifPresent(instead -> {
            Head.Entry entry = head.all(View.INSTEAD).get(0);
            if (!views.containsKey(instead.view())) {
                throw head.problem(
                        entry,
                        View.INSTEAD + " must name a view, but names " + instead.view() + "; the nearest are "
                                + Nearest.to(instead.view(), views.keySet()));
            }
            requireSetting(head, entry, instead.setting());
        });
    }

    private void requireSetting(Head head, Head.Entry entry, String setting) {
        if (settings.find(setting).isEmpty()) {
            throw head.problem(
                    entry,
                    "a setting must be a key of " + ConfFolder.SETTINGS + " with one value, but is " + setting
                            + "; the nearest are " + Nearest.to(setting, settings.keys()));
        }
    }

    private void requireOwnNames() {
        Set<String> columns = new HashSet<>(GIVEN);
        columns.add(ITEM);
        for (Table table : Table.values()) {
            if (!table.isInput()) {
                columns.addAll(Arrays.asList(table.schema().fieldNames()));
            }
        }
        families.values().forEach(family -> requireFree(family.query(), columns));
        families.values().forEach(family -> requireFree(family.query(), views.keySet()));
        families.values().forEach(family -> requireFree(family.query(), tables()));
        views.values().forEach(view -> requireFree(view.query(), GIVEN));
        views.values().forEach(view -> requireFree(view.query(), tables()));
        Set<String> types = new HashSet<>();
        families.values().forEach(family -> family.itemType().ifPresent(type -> {
            if (!types.add(type)) {
                throw PushrankException.usage(family.query().file() + ": items must be a type of one family, but is "
                        + type + " of another too");
            }
        }));
    }

    private static void requireFree(Query query, Collection<String> taken) {
        if (!query.name().matches("[a-z][a-z0-9_]*") || taken.contains(query.name())) {
            throw PushrankException.usage(query.file()
                    + ": the name must be lower-case letters, digits and underscores, and"
                    + " none of a table, a view, or a column of the tables between stages, but is " + query.name());
        }
    }

    /** What every type of item has, whatever the type. */
    private NamedText item() {
        return new NamedText(
                "facts of items", ITEM_SQL.formatted(first("author_id"), first("created_at"), first("fresh_at")));
    }

    /** A column of whichever family describes the item. */
    private String first(String column) {
        return families.values().stream()
                .filter(family -> family.itemType().isPresent())
                .map(family -> family.name() + "." + column)
                .collect(Collectors.joining(", ", "coalesce(", ")"));
    }

    /** Families and views that one reads or speaks of. */
    private Set<String> needs(String name) {
        Set<String> needs = new TreeSet<>();
        Family family = families.get(name);
        Query query = family != null ? family.query() : views.get(name).query();
        needs.addAll(query.relations());
        if (family != null) {
            spokenOf(family, family.columns().keySet()).forEach(reference -> needs.add(reference.family()));
        }
        needs.removeIf(each -> !families.containsKey(each) && !views.containsKey(each));
        return needs;
    }

    private void requireNoCircle(String name, List<String> path, Set<String> done) {
        if (path.contains(name)) {
            List<String> circle = new ArrayList<>(path.subList(path.indexOf(name), path.size()));
            circle.add(name);
            Query query = families.containsKey(name)
                    ? families.get(name).query()
                    : views.get(name).query();
            throw PushrankException.usage(
                    query.file() + ": facts must not need each other, but do: " + String.join(" → ", circle));
        }
        if (done.add(name)) {
            path.add(name);
            needs(name).forEach(each -> requireNoCircle(each, path, done));
            path.remove(path.size() - 1);
        }
    }
}
