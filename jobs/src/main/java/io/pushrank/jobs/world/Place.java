package io.pushrank.jobs.world;

import java.util.List;

/**
 * Where people of a group live.
 *
 * @param country ISO 3166-1 alpha-2
 * @param language main language, ISO 639-1
 * @param zones IANA time zones of the country
 * @param hoursFromUtc standard offset of each zone, in hours; it moves the hours of activity only
 */
record Place(String country, String language, List<String> zones, List<Integer> hoursFromUtc) {

    /** Groups take these in turn, so that a world of few groups still has several countries and languages. */
    static final List<Place> ALL = List.of(
            place("US", "en", "America/New_York", -5, "America/Chicago", -6, "America/Denver", -7),
            place("BR", "pt", "America/Sao_Paulo", -3),
            place("JP", "ja", "Asia/Tokyo", 9),
            place("US", "en", "America/Los_Angeles", -8, "America/Chicago", -6),
            place("GB", "en", "Europe/London", 0),
            place("FR", "fr", "Europe/Paris", 1),
            place("IN", "hi", "Asia/Kolkata", 5),
            place("MX", "es", "America/Mexico_City", -6),
            place("DE", "de", "Europe/Berlin", 1),
            place("ES", "es", "Europe/Madrid", 1),
            place("AU", "en", "Australia/Sydney", 10, "Australia/Perth", 8),
            place("NG", "en", "Africa/Lagos", 1));

    private static Place place(String country, String language, Object... zonesAndHours) {
        var zones = new java.util.ArrayList<String>();
        var hours = new java.util.ArrayList<Integer>();
        for (int at = 0; at < zonesAndHours.length; at += 2) {
            zones.add((String) zonesAndHours[at]);
            hours.add((Integer) zonesAndHours[at + 1]);
        }
        return new Place(country, language, List.copyOf(zones), List.copyOf(hours));
    }
}
