use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Duration;

use plotters::backend::BitMapBackend;
use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::drawing::IntoDrawingArea;
use plotters::element::Rectangle;
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, WHITE, register_font};

use crate::case::Case;

/// Twice the width that it is shown with.
const WIDTH: u32 = 1_600;
const HEIGHT: u32 = 900;
/// Points of each curve.
const POINTS: u32 = 600;
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(45, 50, 60);
const FAINT: RGBColor = RGBColor(225, 228, 232);
/// Of the curves, in their order; the curve that comes last is drawn on top.
const COLOURS: [RGBColor; 6] = [
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 114, 178),
    RGBColor(0, 114, 90),
];

/// Units held over time, by one protocol.
pub(crate) struct Curve {
    pub(crate) label: String,
    pub(crate) held: Vec<(Duration, u32)>,
}

/// Draws units held over time into a PNG.
pub(crate) fn draw(path: &Path, case: &Case, curves: &[Curve]) -> Result<(), Box<dyn Error>> {
    // The font is compiled in: a picture must not depend on what is installed.
    register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).map_err(|_| "no font")?;
    let mut pixels = vec![0; (WIDTH * HEIGHT * 3) as usize];
    paint(&mut pixels, case, curves)?;
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(())
}

fn paint(pixels: &mut [u8], case: &Case, curves: &[Curve]) -> Result<(), Box<dyn Error>> {
    let area = BitMapBackend::with_buffer(pixels, (WIDTH, HEIGHT)).into_drawing_area();
    area.fill(&WHITE)?;
    let seconds = case.arrivals.as_secs_f64();
    let units = f64::from(case.units);
    let text = |size: u32| (FONT, size).into_font().color(&INK);
    let offered = thousands(case.offered_per_second.into());
    let caption = format!("{} units of one SKU, {offered} requests a second", thousands(units));
    let mut chart = ChartBuilder::on(&area)
        .margin(28)
        .caption(caption, text(44))
        .x_label_area_size(84)
        .y_label_area_size(130)
        .build_cartesian_2d(0.0..seconds, 0.0..units * 1.06)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(ShapeStyle::from(&FAINT).stroke_width(2))
        .axis_style(ShapeStyle::from(&INK).stroke_width(2))
        .label_style(text(30))
        .axis_desc_style(text(32))
        .x_desc("seconds since the drop opened")
        .y_desc("units held")
        .x_labels(7)
        .y_labels(6)
        .x_label_formatter(&|second| format!("{second:.1}"))
        .y_label_formatter(&|units| thousands(*units))
        .draw()?;

    let demand = |second: f64| (second, (second * f64::from(case.offered_per_second)).min(units));
    let dashes =
        DashedLineSeries::new(samples(seconds).map(demand), 14, 10, ShapeStyle::from(&INK).stroke_width(2));
    chart.draw_series(dashes)?.label("what is asked for").legend(|(x, y)| swatch(x, y, INK, 2));
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let line = samples(seconds).map(|second| (second, f64::from(curve.at(second))));
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(5)))?
            .label(curve.label.as_str())
            .legend(|(x, y)| swatch(x, y, *colour, 6));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::Coordinate(800, 130))
        .legend_area_size(60)
        .label_font(text(32))
        .background_style(WHITE)
        .border_style(WHITE)
        .draw()?;
    area.present()?;
    Ok(())
}

impl Curve {
    fn at(&self, second: f64) -> u32 {
        let until = self.held.partition_point(|(at, _)| at.as_secs_f64() <= second);
        until.checked_sub(1).and_then(|last| self.held.get(last)).map_or(0, |(_, held)| *held)
    }
}

fn samples(seconds: f64) -> impl Iterator<Item = f64> + Clone {
    (0..=POINTS).map(move |point| seconds * f64::from(point) / f64::from(POINTS))
}

fn swatch(x: i32, y: i32, colour: RGBColor, thickness: i32) -> Rectangle<(i32, i32)> {
    Rectangle::new([(x, y - thickness / 2), (x + 48, y + thickness - thickness / 2)], colour.filled())
}

/// A number as people read it: 10,000.
fn thousands(number: f64) -> String {
    let number = number.round() as u64;
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}
