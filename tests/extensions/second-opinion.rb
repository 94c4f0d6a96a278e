# Renders cases with Shopify's own Liquid engine. Reads JSON from stdin: {source, snippets, translations, cases}.
require 'json'
require 'liquid'
require 'time'

# In bare Ruby `blank` asks for blank?, which plain strings do not have; Shopify's rule is Rails'.
class String
  def blank?
    strip.empty?
  end
end

class NilClass
  def blank?
    true
  end
end

class Numeric
  def blank?
    false
  end
end

class Hash
  def blank?
    empty?
  end
end

module ShopifyFilters
  def t(key)
    words = @context.registers[:words]
    text = key.to_s.split('.').reduce(words) { |tree, part| tree.is_a?(Hash) ? tree[part] : nil }
    CGI.escapeHTML((text || "Translation missing: #{key}").to_s)
  end

  def asset_url(name)
    "/storefront/assets/#{name}"
  end

  # Shopify's default formats of the currencies that the cases have; nothing is converted.
  def money(hundredths)
    currency = @context['cart.currency.iso_code']
    whole, cents = currency == 'USD' ? hundredths.divmod(100) : [Rational(hundredths, 100).round, nil]
    text = whole.to_s.gsub(/(?<=\d)(?=(\d{3})+$)/, ',')
    text += format('.%02d', cents) if cents
    { 'KRW' => '₩', 'JPY' => '¥', 'USD' => '$' }.fetch(currency) + text
  end

  # What image_url answers: an address that still knows its image.
  ImageUrl = Struct.new(:image, :width) do
    def to_s
      "#{image['src']}&width=#{width}"
    end

    def to_liquid
      self
    end
  end

  def image_url(image, options)
    ImageUrl.new(image, [options.fetch('width'), image['width']].min)
  end

  def image_tag(url, options)
    image = url.image
    own = options.reject { |name, _value| name == 'widths' }
    widths = options['widths'].split(',').map(&:to_i).select { |width| width <= image['width'] }
    srcset = widths.map { |width| "#{ImageUrl.new(image, width)} #{width}w" }.join(', ')
    height = (url.width / image['aspect_ratio']).round
    given = { src: url, alt: image['alt'], srcset: srcset, width: url.width, height: height, **own.transform_keys(&:to_sym) }
    "<img #{given.map { |name, value| %(#{name}="#{CGI.escapeHTML(value.to_s)}") }.join(' ')}>"
  end

  def date(input, format)
    input == 'now' ? @context.registers[:now].strftime(format) : super
  end
end

class Snippets
  def initialize(files)
    @files = files
  end

  def read_template_file(name)
    @files.fetch(name)
  end
end

given = JSON.parse($stdin.read)
Liquid::Template.error_mode = :strict
Liquid::Template.register_filter(ShopifyFilters)
Liquid::Template.file_system = Snippets.new(given['snippets'])
template = Liquid::Template.parse(given['source'], error_mode: :strict)
answers = given['cases'].map do |one|
  now = Time.at(one['now'] / 1000).getlocal(one['offset'])
  # Shopify's globals reach into snippets, whose scope is closed to everything else.
  context = Liquid::Context.build(
    static_environments: one['scope'],
    registers: { words: given['translations'][one['locale']], now: now, file_system: Liquid::Template.file_system },
    rethrow_errors: true
  )
  template.render!(context)
end
$stdout.write(JSON.generate(answers))
